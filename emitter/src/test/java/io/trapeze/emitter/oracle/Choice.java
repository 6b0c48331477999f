// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Reg8;
import io.trapeze.emitter.operand.Register;
import java.nio.charset.StandardCharsets;

/**
 * One operand that may stand in a position.
 *
 * @param operand the operand
 * @param text its Intel syntax
 * @param needsRex whether it is reached through REX only, as {@code r9} and {@code sil} are
 * @param forbidsRex whether it is one of {@code ah} to {@code bh}
 */
record Choice(Operand operand, byte[] text, boolean needsRex, boolean forbidsRex) {
    static Choice of(Operand operand) {
        return of(operand, operand.toString());
    }

    static Choice of(Operand operand, String text) {
        boolean needsRex = false;
        boolean forbidsRex = false;
        if (operand instanceof Register register) {
            needsRex = (register.code() & Reg8.NEEDS_REX) != 0 || (register.number() & 8) != 0;
            forbidsRex = (register.code() & Reg8.FORBIDS_REX) != 0;
        } else if (operand instanceof Mem mem) {
            needsRex = mem.address().base() >= 8 || mem.address().index() >= 8;
        }
        return new Choice(operand, text.getBytes(StandardCharsets.US_ASCII), needsRex, forbidsRex);
    }
}
