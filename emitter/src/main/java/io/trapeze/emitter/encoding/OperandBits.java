// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.encoding;

import io.trapeze.emitter.operand.Reg8;
import io.trapeze.emitter.operand.Segment;

/**
 * What operands contribute to an instruction with a ModRM byte, packed into an {@code int}: each register and address keeps
 * its own bits ready, and the encoder needs no more than their union.
 *
 * <pre>
 *  bits 0–3   REX: B, X, R, W
 *       8–15  ModRM: rm, reg and mod; mod as it is where an 8-bit displacement is not scaled
 *      4      bit 4 of the register in ModRM.reg
 *      5      bit 4 of the register in ModRM.rm
 *      6 7    ModRM.reg is a byte register that needs REX, that excludes REX
 *      16–23  SIB
 *      24     there is a SIB byte
 *      26     no base register: a 32-bit displacement
 *      27     relative to the next instruction
 *      28     one element in memory, for all of a vector
 *      29 30  memory: in segment FS, GS; register: as bits 14 and 15, for ModRM.rm
 * </pre>
 */
public final class OperandBits {
    /** A register, not memory, is in ModRM.rm. */
    public static final int REGISTER = ModRm.REGISTER << 14;
    /** An 8-bit displacement follows. */
    public static final int DISP8 = ModRm.MEMORY_DISP8 << 14;
    /** A 32-bit displacement follows. */
    public static final int DISP32 = ModRm.MEMORY_DISP32 << 14;
    /** What a REX prefix carries. */
    public static final int REX = 0xF;
    /** The REX prefix that carries nothing (SDM vol. 2, section 2.2.1), as {@code spl bpl sil dil} need it. */
    public static final int REX_PREFIX = 0x40;
    /** Bit 4 of register numbers, which only EVEX encodes. */
    public static final int UPPER = 3 << 4;
    /** A SIB byte follows ModRM. */
    public static final int SIB = 1 << 24;
    /** No base register. */
    public static final int NO_BASE = 1 << 26;
    /** One element is read, for every element of a vector. */
    public static final int BROADCAST = 1 << 28;
    /** In segment FS. */
    public static final int FS = 1 << 29;
    /** In segment GS. */
    public static final int GS = 1 << 30;

    /** Relative to the next instruction. */
    public static final int RIP = 1 << 27 | NO_BASE | ModRm.RIP_RELATIVE << 8;
    /** No base, no index: an absolute address. */
    public static final int ABSOLUTE = SIB | NO_BASE | ModRm.SIB_FOLLOWS << 8 | sib(0, Sib.NO_INDEX, Sib.NO_BASE);

    /** What not every encoding has room for, or what changes its shape. */
    public static final int UNUSUAL = UPPER | 3 << 6 | NO_BASE | BROADCAST | FS | GS;

    private static final int MARKS = Reg8.NEEDS_REX | Reg8.FORBIDS_REX;

    private OperandBits() {}

    // ---- what operands contribute -----------------------------------------------------------------------------------

    /** Returns the bits of a register in ModRM.reg; {@code code} has the marks of {@link Reg8}. */
    public static int reg(int code) {
        return (code & 7) << 11 | (code & 8) >> 1 | code & 16 | (code & MARKS) << 1;
    }

    /** Returns the bits of a register in ModRM.rm; {@code code} has the marks of {@link Reg8}. */
    public static int rm(int code) {
        return REGISTER | (code & 7) << 8 | (code & 8) >> 3 | (code & 16) << 1 | (code & MARKS) << 24;
    }

    /** Returns the bits of {@code [base]}. */
    public static int base(int register) {
        int low = register & 7;
        int address = low << 8 | (register & 8) >> 3;
        return withNoDisplacement(low == ModRm.SIB_FOLLOWS ? address | SIB | sib(0, Sib.NO_INDEX, low) : address);
    }

    /** Returns the bits of an address without displacement that gets one. */
    public static int displaced(int address, int displacement) {
        if (displacement == 0 || (address & NO_BASE) != 0) {
            return address;
        }
        return displacement == (byte) displacement ? address | DISP8 : address & ~DISP8 | DISP32;
    }

    /** Returns the bits of an address that loses its displacement. */
    public static int withNoDisplacement(int address) {
        boolean required = hasBase(address) && (baseNumber(address) & 7) == ModRm.RIP_RELATIVE;
        return address & ~REGISTER | (required ? DISP8 : 0);
    }

    /** Returns the bits of an address without displacement that gets a scaled index; {@code scale} is log2 of the factor. */
    public static int withIndex(int address, int register, int scale) {
        int base = (address & NO_BASE) != 0 ? Sib.NO_BASE : address >> 8 & 7;
        return address & ~(7 << 8 | 0xFF << 16)
                | ModRm.SIB_FOLLOWS << 8
                | SIB
                | sib(scale, register, base)
                | (register & 8) >> 2;
    }

    private static int sib(int scale, int index, int base) {
        return scale << 22 | (index & 7) << 19 | (base & 7) << 16;
    }

    // ---- what they say ----------------------------------------------------------------------------------------------

    /** Whether memory, not a register, is in ModRM.rm. */
    public static boolean isMemory(int bits) {
        return (bits & REGISTER) != REGISTER;
    }

    /** Returns the code of the register in ModRM.reg, with its marks. */
    public static int regCode(int bits) {
        return bits >> 11 & 7 | bits << 1 & 8 | bits & 16 | bits >> 1 & MARKS;
    }

    /** Returns the code of the register in ModRM.rm, with its marks. */
    public static int rmCode(int bits) {
        return bits >> 8 & 7 | bits << 3 & 8 | bits >> 1 & 16 | bits >> 24 & MARKS;
    }

    /** Returns the segment of an address. */
    public static Segment segment(int address) {
        return (address & FS) != 0 ? Segment.FS : (address & GS) != 0 ? Segment.GS : Segment.NONE;
    }

    /** Whether an operand exists only with a REX prefix. */
    public static boolean needsRex(int bits) {
        return (bits & 1 << 6) != 0 || !isMemory(bits) && (bits & FS) != 0;
    }

    /** Whether an operand exists only without a REX prefix. */
    public static boolean excludesRex(int bits) {
        return (bits & 1 << 7) != 0 || !isMemory(bits) && (bits & GS) != 0;
    }

    /** Whether an address has a base register. */
    public static boolean hasBase(int address) {
        return (address & NO_BASE) == 0;
    }

    /** Whether an address has an index register. */
    public static boolean hasIndex(int address) {
        return (address & SIB) != 0 && indexNumber(address) != Sib.NO_INDEX;
    }

    /** Whether an address is relative to the next instruction. */
    public static boolean isRip(int address) {
        return (address & RIP) == RIP;
    }

    /** Returns the base register's number, if there is one. */
    public static int baseNumber(int address) {
        return ((address & SIB) != 0 ? address >> 16 : address >> 8) & 7 | address << 3 & 8;
    }

    /** Returns the index register's number, if there is one. */
    public static int indexNumber(int address) {
        return address >> 19 & 7 | address << 2 & 8;
    }

    /** Returns log2 of the index register's factor. */
    public static int scale(int address) {
        return address >> 22 & 3;
    }

    /** Returns 1 if one element is read for every element of a vector, else 0. */
    public static int broadcast(int address) {
        return address >> 28 & 1;
    }
}
