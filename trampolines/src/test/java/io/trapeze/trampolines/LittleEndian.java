// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

/** Numbers as the processor lays them out: the low byte first. */
final class LittleEndian {
    private LittleEndian() {}

    static byte[] bytes(long value, int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (value >> 8 * i);
        }
        return bytes;
    }

    /** The number in the first eight bytes, or in all of them if there are fewer. */
    static long number(byte[] bytes) {
        long value = 0;
        for (int i = 0; i < Math.min(bytes.length, 8); i++) {
            value |= (bytes[i] & 0xFFL) << 8 * i;
        }
        return value;
    }
}
