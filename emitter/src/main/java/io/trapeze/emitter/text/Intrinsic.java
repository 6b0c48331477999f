// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.text;

import io.trapeze.emitter.operand.Operand;
import java.util.List;

/** A word that stands in a source like a mnemonic, and for which somebody else emits the code. */
@FunctionalInterface
public interface Intrinsic {
    /**
     * Emits it into the assembler that the source is read into.
     *
     * @param operands as the source has them; memory whose size it does not name has none
     * @throws IllegalArgumentException if it takes other operands; the message becomes that of the problem
     */
    void emit(List<Operand> operands);
}
