// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.decode;

import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.operand.Decoration;
import io.trapeze.emitter.operand.Operand;
import java.util.List;

/**
 * An instruction read back from its bytes.
 *
 * @param form the form it is an instance of
 * @param fields where its bytes go
 * @param operands its operands; a branch's is its displacement from the end of the instruction
 * @param decoration its LOCK prefix, mask and rounding
 */
public record DecodedInstruction(Form form, Fields fields, List<Operand> operands, Decoration decoration) {
    /** Whether it has a LOCK prefix. */
    public boolean lock() {
        return decoration.lock();
    }
}
