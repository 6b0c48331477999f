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
     * @param bits see {@link OperandBits}
     * @param v number of the register in vvvv; 0 where there is none
     * @param decoration {@link Decoration#bits}
     * @return the position after the opcode
     */
    public static int write(byte[] code, int at, long d, int bits, int v, int decoration) {
        int rex = bits & OperandBits.REX;
        int x = bits >> 4 & 2; // of a register in ModRM.rm, X carries bit 4
        // rounding stands where the vector length does, which it fixes
        int length = (decoration & Decoration.ROUNDING) == 0 ? Descriptor.vectorLength(d) : 0;
        int p = at;
        code[p++] = 0x62;
        code[p++] = (byte) ((~(rex | x) & 7) << 5 | ~bits & 16 | Descriptor.map(d));
        code[p++] = (byte) ((rex & 8) << 4 | (~v & 15) << 3 | 4 | Descriptor.mandatory(d));
        code[p++] = (byte) (length << 5 | (~v & 16) >> 1 | OperandBits.broadcast(bits) << 4 | decoration & 0xFF);
        code[p++] = (byte) Descriptor.opcode(d);
        return p;
    }
}
