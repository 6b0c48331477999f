// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.encoding;

import io.trapeze.emitter.isa.Descriptor;

/** The EVEX prefix (SDM vol. 2, section 2.7): 32 vector registers and scaled 8-bit displacements. */
public final class Evex {
    private Evex() {}

    /**
     * Writes prefix and opcode, without masking, broadcast or rounding.
     *
     * @param reg number of the register in ModRM.reg
     * @param v number of the register in vvvv; 0 where there is none
     * @param index number of the index register, or for a register operand in ModRM.rm its number shifted right by one,
     *     because X carries its bit 4
     * @param base number of the register in ModRM.rm or of the base register
     * @return the position after the opcode
     */
    public static int write(byte[] code, int at, long d, int reg, int v, int index, int base) {
        int p = at;
        code[p++] = 0x62;
        code[p++] = (byte) ((~reg & 8) << 4 | (~index & 8) << 3 | (~base & 8) << 2 | (~reg & 16) | Descriptor.map(d));
        code[p++] = (byte) (Descriptor.w(d) << 7 | (~v & 15) << 3 | 4 | Descriptor.mandatory(d));
        code[p++] = (byte) (Descriptor.vectorLength(d) << 5 | (~v & 16) >> 1);
        code[p++] = (byte) Descriptor.opcode(d);
        return p;
    }
}
