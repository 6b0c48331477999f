// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

/** Padding that executes: the multi-byte {@code nop}s that the Intel manual recommends (SDM vol. 2, NOP, table 4-12). */
final class Padding {
    private static final byte[][] NOPS = {
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

    /** What a disassembler makes of them; an assembler would choose the shortest bytes for such an operand. */
    private static final String[] TEXTS = {
        "nop",
        "xchg ax, ax",
        "nop dword ptr [rax]",
        "nop dword ptr [rax + 0x0]",
        "nop dword ptr [rax + rax*1 + 0x0]",
        "nop word ptr [rax + rax*1 + 0x0]",
        "nop dword ptr [rax + 0x0]",
        "nop dword ptr [rax + rax*1 + 0x0]",
        "nop word ptr [rax + rax*1 + 0x0]",
    };

    private Padding() {}

    /** Returns the size of the next {@code nop} when {@code bytes} are left to fill. */
    static int size(int bytes) {
        return Math.min(bytes, NOPS.length);
    }

    static void fill(byte[] code, int from, int to) {
        for (int p = from; p < to; p += size(to - p)) {
            System.arraycopy(NOPS[size(to - p) - 1], 0, code, p, size(to - p));
        }
    }

    /** Returns the {@code nop} of this size as text. */
    static String text(int size) {
        return TEXTS[size - 1];
    }
}
