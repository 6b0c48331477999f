// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.Operand;
import java.util.List;
import java.util.stream.Collectors;

/** One instruction to try: mnemonic, operands, and whether LOCK stands before it. */
record Sample(String mnemonic, List<Operand> operands, boolean lock) {

    /** Emits it by name. */
    void emitByName(Assembler assembler) {
        if (lock) {
            assembler.lock();
        }
        assembler.emit(mnemonic, operands.toArray(Operand[]::new));
    }

    /** Emits it through the typed method. */
    void emitTyped(Assembler assembler, TypedMethods methods) {
        if (lock) {
            assembler.lock();
        }
        methods.call(assembler, mnemonic, operands);
    }

    @Override
    public String toString() {
        return (lock ? "lock " : "") + mnemonic + " "
                + operands.stream().map(Operand::toString).collect(Collectors.joining(", "));
    }
}
