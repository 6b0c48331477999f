// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Bytes by address, every write remembered; reading a byte that nobody wrote is a fault. */
final class Memory {
    /** A write that code made: its first address and its length in bytes. */
    record Write(long address, int size) {
        boolean within(long low, long high) {
            return address >= low && address + size <= high;
        }

        @Override
        public String toString() {
            return "%d bytes at 0x%x".formatted(size, address);
        }
    }

    private final Map<Long, Byte> bytes = new HashMap<>();
    private final List<Write> writes = new ArrayList<>();

    byte[] read(long address, int size) {
        byte[] result = new byte[size];
        for (int i = 0; i < size; i++) {
            Byte value = bytes.get(address + i);
            if (value == null) {
                throw new IllegalStateException("reads 0x%x, which nobody wrote".formatted(address + i));
            }
            result[i] = value;
        }
        return result;
    }

    /** Returns what lies from {@code low} to {@code high}, with zeros where nobody wrote. */
    byte[] image(long low, long high) {
        byte[] result = new byte[(int) (high - low)];
        for (int i = 0; i < result.length; i++) {
            result[i] = bytes.getOrDefault(low + i, (byte) 0);
        }
        return result;
    }

    long read8(long address) {
        return LittleEndian.number(read(address, 8));
    }

    void write(long address, byte[] value) {
        writes.add(new Write(address, value.length));
        set(address, value);
    }

    /** Sets bytes without a trace: what was there before the code ran. */
    void set(long address, byte[] value) {
        for (int i = 0; i < value.length; i++) {
            bytes.put(address + i, value[i]);
        }
    }

    void set8(long address, long value) {
        set(address, LittleEndian.bytes(value, 8));
    }

    void fill(long low, long high, Random random) {
        byte[] value = new byte[(int) (high - low)];
        random.nextBytes(value);
        set(low, value);
    }

    List<Write> writes() {
        return writes;
    }
}
