// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.isa.Encoding.Prefixing;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.RegisterClass;

/** What kind of form it is, for counting. */
enum Family {
    GENERAL("general, x87 and system"),
    SSE("SSE"),
    VEX("VEX: AVX, AVX2, FMA, BMI, mask registers"),
    EVEX("EVEX: AVX-512");

    private static final Family[] BY_FORM = new Family[1 << 13];

    private final String title;

    Family(String title) {
        this.title = title;
    }

    String title() {
        return "encodings, " + title;
    }

    static Family of(Form form) {
        Family known = BY_FORM[form.id()];
        if (known == null) {
            known = find(form);
            BY_FORM[form.id()] = known;
        }
        return known;
    }

    private static Family find(Form form) {
        if (form.encoding().prefixing() != Prefixing.LEGACY) {
            return form.encoding().prefixing() == Prefixing.VEX ? VEX : EVEX;
        }
        boolean vector = form.operands().stream()
                .flatMap(o -> o.kind().register().stream())
                .anyMatch(RegisterClass::vector);
        return vector ? SSE : GENERAL;
    }
}
