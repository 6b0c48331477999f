// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.encoding;

import io.trapeze.emitter.isa.Descriptor;

/** The VEX prefix (SDM vol. 2, section 2.3.5), in two bytes where they suffice. */
public final class Vex {
    private Vex() {}

    /**
     * Writes prefix and opcode.
     *
     * @param reg number of the register in ModRM.reg
     * @param v number of the register in vvvv; 0 where there is none
     * @param index number of the index register; 0 where there is none
     * @param base number of the register in ModRM.rm or of the base register
     * @return the position after the opcode
     */
    public static int write(byte[] code, int at, long d, int reg, int v, int index, int base) {
        int p = at;
        int inverted = ~v & 15;
        int tail = inverted << 3 | Descriptor.vectorLength(d) << 2 | Descriptor.mandatory(d);
        int r = (~reg & 8) << 4;
        if (((index | base) & 8) == 0 && Descriptor.w(d) == 0 && Descriptor.map(d) == 1) {
            code[p++] = (byte) 0xC5;
            code[p++] = (byte) (r | tail);
        } else {
            code[p++] = (byte) 0xC4;
            code[p++] = (byte) (r | (~index & 8) << 3 | (~base & 8) << 2 | Descriptor.map(d));
            code[p++] = (byte) (Descriptor.w(d) << 7 | tail);
        }
        code[p++] = (byte) Descriptor.opcode(d);
        return p;
    }
}
