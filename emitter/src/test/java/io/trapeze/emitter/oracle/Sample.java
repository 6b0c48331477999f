// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.Emission;
import io.trapeze.emitter.operand.Decoration;
import io.trapeze.emitter.operand.Operand;
import java.util.List;
import java.util.stream.Collectors;

/** One instruction to try: mnemonic, operands, and what is said of it besides. */
record Sample(String mnemonic, List<Operand> operands, Decoration decoration) {

    /** Emits it by name. */
    void emitByName(Emission emission) {
        emission.decorate(decoration);
        emission.byName(mnemonic, operands.toArray(Operand[]::new));
    }

    /** Emits it through the typed method. */
    void emitTyped(Emission emission, TypedMethods methods) {
        emission.decorate(decoration);
        methods.find(mnemonic, operands).on(emission, operands.toArray(Operand[]::new));
    }

    @Override
    public String toString() {
        return decoration + mnemonic + " "
                + operands.stream().map(Operand::toString).collect(Collectors.joining(", "));
    }
}
