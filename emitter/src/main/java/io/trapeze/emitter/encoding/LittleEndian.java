// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.encoding;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Numbers in a byte array, least significant byte first. */
public final class LittleEndian {
    private static final VarHandle SHORTS = view(short[].class);
    private static final VarHandle INTS = view(int[].class);
    private static final VarHandle LONGS = view(long[].class);

    private LittleEndian() {}

    private static VarHandle view(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
    }

    /** Writes 2 bytes and returns the position after them. */
    public static int put2(byte[] code, int at, int value) {
        SHORTS.set(code, at, (short) value);
        return at + 2;
    }

    /** Writes 4 bytes and returns the position after them. */
    public static int put4(byte[] code, int at, int value) {
        INTS.set(code, at, value);
        return at + 4;
    }

    /** Writes 8 bytes and returns the position after them. */
    public static int put8(byte[] code, int at, long value) {
        LONGS.set(code, at, value);
        return at + 8;
    }

    /** Reads {@code bytes} bytes (1, 2, 4 or 8), sign-extended. */
    public static long get(byte[] code, int at, int bytes) {
        return switch (bytes) {
            case 1 -> code[at];
            case 2 -> (short) SHORTS.get(code, at);
            case 4 -> (int) INTS.get(code, at);
            default -> (long) LONGS.get(code, at);
        };
    }
}
