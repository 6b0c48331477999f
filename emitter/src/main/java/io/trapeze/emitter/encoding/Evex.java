// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.encoding;

import io.trapeze.emitter.isa.Descriptor;
import io.trapeze.emitter.operand.Decoration;

/** The EVEX prefix (SDM vol. 2, section 2.7): 32 vector registers, masks, broadcast, rounding. */
public final class Evex {
    private Evex() {}

    /**
     * Writes prefix and opcode.
     *
     * @param reg number of the register in ModRM.reg
     * @param v number of the register in vvvv; 0 where there is none
     * @param index number of the index register, or for a register operand in ModRM.rm its number shifted right by one,
     *     because X carries its bit 4
     * @param base number of the register in ModRM.rm or of the base register
     * @param decoration {@link Decoration#bits}
     * @param broadcast 1 if the memory operand is one element for all of a vector, else 0
     * @return the position after the opcode
     */
    public static int write(
            byte[] code, int at, long d, int reg, int v, int index, int base, int decoration, int broadcast) {
        int p = at;
        code[p++] = 0x62;
        code[p++] = (byte) ((~reg & 8) << 4 | (~index & 8) << 3 | (~base & 8) << 2 | (~reg & 16) | Descriptor.map(d));
        code[p++] = (byte) (Descriptor.w(d) << 7 | (~v & 15) << 3 | 4 | Descriptor.mandatory(d));
        // rounding stands where the vector length does, which it fixes
        int length = (decoration & Decoration.ROUNDING) == 0 ? Descriptor.vectorLength(d) : 0;
        code[p++] = (byte) (length << 5 | (~v & 16) >> 1 | broadcast << 4 | decoration & 0xFF);
        code[p++] = (byte) Descriptor.opcode(d);
        return p;
    }
}
