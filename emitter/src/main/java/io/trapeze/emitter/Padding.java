// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import java.util.HexFormat;
import java.util.stream.Stream;

/** Padding that executes: the multi-byte {@code nop}s that the Intel manual recommends (SDM vol. 2, NOP, table 4-12). */
final class Padding {
    private static final String IN_HEX =
            "90 6690 0f1f00 0f1f4000 0f1f440000 660f1f440000 0f1f8000000000 0f1f840000000000 660f1f840000000000";

    private static final byte[][] NOPS =
            Stream.of(IN_HEX.split(" ")).map(HexFormat.of()::parseHex).toArray(byte[][]::new);

    /** What a disassembler makes of them; an assembler would choose the shortest bytes for such an operand. */
    private static final String[] TEXTS = ("nop; xchg ax, ax; nop dword ptr [rax]; nop dword ptr [rax + 0x0];"
                    + " nop dword ptr [rax + rax*1 + 0x0]; nop word ptr [rax + rax*1 + 0x0]; nop dword ptr [rax + 0x0];"
                    + " nop dword ptr [rax + rax*1 + 0x0]; nop word ptr [rax + rax*1 + 0x0]")
            .split("; ");

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
