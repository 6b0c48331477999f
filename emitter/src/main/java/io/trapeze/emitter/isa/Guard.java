// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

/**
 * What a form asks of an operand's value, beyond its type.
 *
 * <p>Of a mnemonic's forms the first one is taken whose guards all hold. The generated methods call the predicates here,
 * and selection at run time asks {@link #holds}, so that both choose alike.
 */
public enum Guard {
    /** Nothing: the type decides. */
    NONE,
    /** The operand is the one register that the opcode implies. */
    REGISTER,
    /** The operand is the constant 1, which the opcode implies. */
    ONE,
    /** The operand is the constant 3, which the opcode implies. */
    THREE,
    /** The operand comes back when the processor sign-extends its low byte to the operand size. */
    BYTE,
    /** The operand comes back when the processor sign-extends its low 32 bits. */
    INT;

    /** Returns what {@code form} asks of its operand {@code index}. */
    public static Guard of(Form form, int index) {
        OperandKind kind = form.operands().get(index).kind();
        return switch (kind) {
            case ONE -> ONE;
            case THREE -> THREE;
            case SIMM8 -> BYTE;
            case SIMM32 -> INT;
            default -> kind.fixed() ? REGISTER : NONE;
        };
    }

    /** Whether an immediate satisfies this guard in an operation of {@code bits}. */
    public boolean holds(long value, int bits) {
        return switch (this) {
            case NONE, REGISTER -> true;
            case ONE -> value == 1;
            case THREE -> value == 3;
            case BYTE -> isByte(value, bits);
            case INT -> isInt(value);
        };
    }

    /**
     * Whether {@code value}, cut to {@code bits}, is its own low byte sign-extended. So −1, and as 16 bits 65,535, which is
     * the same number.
     */
    public static boolean isByte(long value, int bits) {
        boolean unsigned = bits < 64 && value >>> bits == 0;
        long cut = unsigned ? value << 64 - bits >> 64 - bits : value;
        return cut == (byte) cut;
    }

    /** Whether {@code value} is its own low 32 bits sign-extended. */
    public static boolean isInt(long value) {
        return value == (int) value;
    }

    /** Whether all registers whose codes are or-ed together have numbers below 16, as all encodings but EVEX need it. */
    public static boolean isLow(int codes) {
        return (codes & 0x10) == 0;
    }

    /**
     * Whether a move between registers that exists in both directions has a shorter VEX prefix when the source goes to
     * ModRM.reg: the two-byte prefix extends that field alone (SDM vol. 2, section 2.3.5).
     */
    public static boolean isShorterReversed(int destination, int source) {
        return (source & 8) != 0 && (destination & 8) == 0;
    }
}
