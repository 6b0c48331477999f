// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

/** A register file as operands name it. */
public enum RegisterClass {
    /** 8-bit general registers, {@code ah}…{@code bh} included. */
    GP8(8, 0xFFFF, "Reg8"),
    /** 16-bit general registers. */
    GP16(16, 0xFFFF, "Reg16"),
    /** 32-bit general registers. */
    GP32(32, 0xFFFF, "Reg32"),
    /** 64-bit general registers. */
    GP64(64, 0xFFFF, "Reg64"),
    /** 128-bit vector registers. */
    XMM(128, -1, "Xmm"),
    /** 256-bit vector registers. */
    YMM(256, -1, "Ymm"),
    /** 512-bit vector registers. */
    ZMM(512, -1, "Zmm"),
    /** AVX-512 mask registers. */
    MASK(64, 0xFF, "KReg"),
    /** x87 registers, counted from the top of their stack. */
    X87(80, 0xFF, "St"),
    /** MMX registers, which are the x87 registers' significands under fixed names. */
    MMX(64, 0xFF, "Mm"),
    /** Segment registers. */
    SEGMENT(16, 0x3F, "SReg"),
    /** Control registers. */
    CONTROL(64, 0x11D, "CReg"),
    /** Debug registers. */
    DEBUG(64, 0xFF, "DReg");

    private final int bits;
    private final int numbers;
    private final String typeName;

    RegisterClass(int bits, int numbers, String typeName) {
        this.bits = bits;
        this.numbers = numbers;
        this.typeName = typeName;
    }

    /** Returns the width of one register, in bits. */
    public int bits() {
        return bits;
    }

    /** Whether there is a register of this number, 0 to 31. */
    public boolean has(int number) {
        return (numbers >>> number & 1) != 0;
    }

    /** Whether these are general-purpose registers. */
    public boolean general() {
        return this == GP8 || this == GP16 || this == GP32 || this == GP64;
    }

    /** Whether these are vector registers, of which there are 32 and not 16. */
    public boolean vector() {
        return this == XMM || this == YMM || this == ZMM;
    }

    /** Returns the simple name of the operand type that stands for this class in the typed methods. */
    public String typeName() {
        return typeName;
    }
}
