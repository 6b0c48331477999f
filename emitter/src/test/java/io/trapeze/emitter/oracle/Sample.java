// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.Emission;
import io.trapeze.emitter.operand.Operand;
import java.util.List;
import java.util.stream.Collectors;

/** One instruction to try: mnemonic, operands, and whether LOCK stands before it. */
record Sample(String mnemonic, List<Operand> operands, boolean lock) {

    /** Emits it by name. */
    void emitByName(Emission emission) {
        if (lock) {
            emission.lock();
        }
        emission.byName(mnemonic, operands.toArray(Operand[]::new));
    }

    /** Emits it through the typed method. */
    void emitTyped(Emission emission, TypedMethods methods) {
        if (lock) {
            emission.lock();
        }
        methods.find(mnemonic, operands).on(emission, operands.toArray(Operand[]::new));
    }

    @Override
    public String toString() {
        return (lock ? "lock " : "") + mnemonic + " "
                + operands.stream().map(Operand::toString).collect(Collectors.joining(", "));
    }
}
