// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.encoding;

/** ModRM, SIB and displacement of a memory operand, in the fewest bytes. */
public final class EffectiveAddress {
    private EffectiveAddress() {}

    /**
     * Writes the bytes after the opcode.
     *
     * @param bits see {@link OperandBits}
     * @param disp8Shift log2 of the factor of an 8-bit displacement: 0 without EVEX
     * @return the position after the displacement
     */
    public static int write(byte[] code, int at, int bits, int displacement, int disp8Shift) {
        int mod = bits & OperandBits.REGISTER;
        int scaled = displacement >> disp8Shift;
        if (OperandBits.hasBase(bits) && displacement != 0) {
            boolean fits = scaled << disp8Shift == displacement && scaled == (byte) scaled;
            mod = fits ? OperandBits.DISP8 : OperandBits.DISP32;
        }
        int p = at;
        code[p++] = (byte) ((bits & ~OperandBits.REGISTER | mod) >> 8);
        if ((bits & OperandBits.SIB) != 0) {
            code[p++] = (byte) (bits >> 16);
        }
        if (mod == OperandBits.DISP8) {
            code[p++] = (byte) scaled;
        } else if (mod == OperandBits.DISP32 || !OperandBits.hasBase(bits)) {
            p = LittleEndian.put4(code, p, displacement);
        }
        return p;
    }
}
