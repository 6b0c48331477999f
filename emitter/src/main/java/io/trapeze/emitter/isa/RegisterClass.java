// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

/** A register file as operands name it. */
public enum RegisterClass {
    /** 8-bit general registers, {@code ah}…{@code bh} included. */
    GP8(8, "Reg8"),
    /** 16-bit general registers. */
    GP16(16, "Reg16"),
    /** 32-bit general registers. */
    GP32(32, "Reg32"),
    /** 64-bit general registers. */
    GP64(64, "Reg64"),
    /** 128-bit vector registers. */
    XMM(128, "Xmm"),
    /** 256-bit vector registers. */
    YMM(256, "Ymm"),
    /** 512-bit vector registers. */
    ZMM(512, "Zmm"),
    /** AVX-512 mask registers. */
    MASK(64, "KReg");

    private final int bits;
    private final String typeName;

    RegisterClass(int bits, String typeName) {
        this.bits = bits;
        this.typeName = typeName;
    }

    /** Returns the width of one register, in bits. */
    public int bits() {
        return bits;
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
