// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

import java.util.Optional;

/**
 * The fixed part of a form's machine code.
 *
 * @param prefixing whether the opcode map is reached by escape bytes, a VEX or an EVEX prefix
 * @param operandSize16 whether the 66H operand-size prefix stands before the opcode
 * @param addressSize32 whether the 67H address-size prefix stands before the opcode; branches alone have it
 * @param mandatory the mandatory prefix: 0 none, 1 66H, 2 F3H, 3 F2H (the manual's {@code pp})
 * @param map the opcode map: 0 one byte, 1 0FH, 2 0F38H, 3 0F3AH (the manual's {@code mmmmm})
 * @param opcode the opcode byte, its low three bits clear where a register goes there
 * @param fixedModRm the constant ModRM byte of forms such as {@code 0F 01 D0}
 * @param digit the opcode extension in ModRM.reg ({@code /0} … {@code /7})
 * @param w REX.W, VEX.W or EVEX.W
 * @param length the vector length: 0 for 128 bits, 1 for 256, 2 for 512
 * @param modRm whether a ModRM byte with operands follows
 * @param opcodeRegister whether a register goes to the low three opcode bits
 * @param immediateBytes bytes of the immediates or branch displacement at the end
 */
public record Encoding(
        Prefixing prefixing,
        boolean operandSize16,
        boolean addressSize32,
        int mandatory,
        int map,
        int opcode,
        Optional<Integer> fixedModRm,
        Optional<Integer> digit,
        boolean w,
        int length,
        boolean modRm,
        boolean opcodeRegister,
        int immediateBytes) {

    /** Whether 66H stands before an opcode without VEX or EVEX, for the operand size or as the mandatory prefix. */
    public boolean takes66() {
        return operandSize16 || mandatory == 1;
    }

    /** Returns the mandatory prefix if it is F3H or F2H, else 0. */
    public int mandatoryRepeat() {
        return mandatory > 1 ? mandatory : 0;
    }

    /** How the opcode map and the extension bits are written. */
    public enum Prefixing {
        LEGACY,
        VEX,
        EVEX
    }
}
