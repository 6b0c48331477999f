// SPDX-License-Identifier: Apache-2.0
package io.trapeze.formats.unwind;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Bytes as DWARF writes numbers (DWARF 5, section 7.6). */
final class DwarfBytes extends ByteArrayOutputStream {
    private static final int CONSTS = 0x11;
    private static final int PLUS = 0x22;
    private static final int PLUS_UCONST = 0x23;
    private static final int ADVANCE_1 = 0x02;
    private static final int ADVANCE_2 = 0x03;
    private static final int ADVANCE = 0x40;

    void u1(int value) {
        write(value);
    }

    void u2(int value) {
        u1(value);
        u1(value >> 8);
    }

    void u4(int value) {
        u2(value);
        u2(value >> 16);
    }

    void text(String ascii) {
        writeBytes(ascii.getBytes(StandardCharsets.US_ASCII));
        u1(0);
    }

    /** Writes an unsigned LEB128. */
    void unsigned(int value) {
        for (; value >= 0x80; value >>>= 7) {
            u1(value | 0x80);
        }
        u1(value);
    }

    /** Writes a signed LEB128. */
    void signed(int value) {
        for (; value < -0x40 || value >= 0x40; value >>= 7) {
            u1(value | 0x80);
        }
        u1(value & 0x7F);
    }

    /** Writes an operation that adds a constant; nothing for 0. */
    void plus(int value) {
        if (value > 0) {
            u1(PLUS_UCONST);
            unsigned(value);
        } else if (value < 0) {
            u1(CONSTS);
            signed(value);
            u1(PLUS);
        }
    }

    /** Writes operations with their size before them. */
    void block(DwarfBytes operations) {
        unsigned(operations.size());
        writeBytes(operations.toByteArray());
    }

    /** Writes that what follows holds so many bytes of code later. */
    void advance(int bytes) {
        if (bytes < 0x40) {
            u1(ADVANCE | bytes);
        } else if (bytes < 0x100) {
            u1(ADVANCE_1);
            u1(bytes);
        } else {
            u1(ADVANCE_2);
            u2(bytes);
        }
    }
}
