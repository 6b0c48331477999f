// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.bench.sampling.Conditions;
import io.trapeze.lab.render.Style;
import java.util.Locale;

/** What numbers were measured on, as text. */
final class ConditionsText {
    /** Of one thread that measures, the load average is no more than this. */
    private static final double QUIET = 1;

    private ConditionsText() {}

    static String of(Conditions conditions, Style style) {
        String where = conditions.cpu().isPresent()
                ? "on number " + conditions.cpu().getAsInt() + " of " + conditions.processors()
                : conditions.processors() + " of them, not pinned";
        StringBuilder text = new StringBuilder(style.faint(
                conditions.processor() + ", " + where + "; " + conditions.system() + "; " + conditions.java()));
        conditions.load().ifPresent(load -> {
            if (load > QUIET) {
                text.append('\n')
                        .append(style.doubtful(String.format(
                                Locale.ROOT,
                                "The machine is busy (load %.1f): numbers are higher and wilder than they need be.",
                                load)));
            }
        });
        return text.append("\n\n").toString();
    }
}
