// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

/** Padding that executes: the multi-byte {@code nop}s that the Intel manual recommends (SDM vol. 2, NOP, table 4-12). */
final class Padding {
    private static final byte[][] NOPS = {
        {},
        {(byte) 0x90},
        {0x66, (byte) 0x90},
        {0x0F, 0x1F, 0x00},
        {0x0F, 0x1F, 0x40, 0x00},
        {0x0F, 0x1F, 0x44, 0x00, 0x00},
        {0x66, 0x0F, 0x1F, 0x44, 0x00, 0x00},
        {0x0F, 0x1F, (byte) 0x80, 0x00, 0x00, 0x00, 0x00},
        {0x0F, 0x1F, (byte) 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
        {0x66, 0x0F, 0x1F, (byte) 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
    };

    private Padding() {}

    static void fill(byte[] bytes, int from, int to) {
        int p = from;
        while (p < to) {
            byte[] nop = NOPS[Math.min(to - p, NOPS.length - 1)];
            System.arraycopy(nop, 0, bytes, p, nop.length);
            p += nop.length;
        }
    }
}
