// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.encoding;

import io.trapeze.emitter.isa.Descriptor;

/** The VEX prefix (SDM vol. 2, section 2.3.5), in two bytes where they suffice. */
public final class Vex {
    private Vex() {}

    /**
     * Writes prefix and opcode.
     *
     * @param bits see {@link OperandBits}
     * @param v number of the register in vvvv; 0 where there is none
     * @return the position after the opcode
     */
    public static int write(byte[] code, int at, long d, int bits, int v) {
        int p = at;
        int rex = bits & OperandBits.REX;
        int rxb = (~rex & 7) << 5;
        int tail = (~v & 15) << 3 | Descriptor.vectorLength(d) << 2 | Descriptor.mandatory(d);
        if ((rex & ~4) == 0 && Descriptor.map(d) == 1) {
            code[p++] = (byte) 0xC5;
            code[p++] = (byte) (rxb & 0x80 | tail);
        } else {
            code[p++] = (byte) 0xC4;
            code[p++] = (byte) (rxb | Descriptor.map(d));
            code[p++] = (byte) ((rex & 8) << 4 | tail);
        }
        code[p++] = (byte) Descriptor.opcode(d);
        return p;
    }
}
