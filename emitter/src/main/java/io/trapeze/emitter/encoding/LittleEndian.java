// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.encoding;

/**
 * Numbers in a byte array, least significant byte first.
 *
 * <p>Written byte by byte: a view of the array through a method handle is no faster here, and setting it up costs the first
 * block of a fresh virtual machine several milliseconds.
 */
public final class LittleEndian {
    private LittleEndian() {}

    /** Writes 4 bytes and returns the position after them. */
    public static int put4(byte[] code, int at, int value) {
        code[at] = (byte) value;
        code[at + 1] = (byte) (value >> 8);
        code[at + 2] = (byte) (value >> 16);
        code[at + 3] = (byte) (value >> 24);
        return at + 4;
    }

    /** Writes the low {@code bytes} bytes (0, 1, 2, 4 or 8) of a value and returns the position after them. */
    public static int put(byte[] code, int at, long value, int bytes) {
        if (bytes == Integer.BYTES) {
            return put4(code, at, (int) value);
        }
        for (int i = 0; i < bytes; i++) {
            code[at + i] = (byte) (value >> 8 * i);
        }
        return at + bytes;
    }

    /** Whether a value is one of {@code bytes} bytes (1 to 8), signed or unsigned. */
    public static boolean fits(long value, int bytes) {
        int bits = 8 * bytes;
        return bits == 64 || value >> bits == 0 || value >> bits - 1 == -1;
    }

    /** Reads {@code bytes} bytes (0 to 8), sign-extended. */
    public static long get(byte[] code, int at, int bytes) {
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << 8 | (i == bytes - 1 ? code[at + i] : code[at + i] & 0xFF);
        }
        return value;
    }
}
