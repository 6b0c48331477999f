// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Which parts of a range are free. Takes the first block that fits, and merges a returned block with its neighbours. Not
 * thread-safe.
 */
final class FreeBlocks {

    private final TreeMap<Long, Long> sizeAt = new TreeMap<>();
    private long free;

    /** A range of {@code size} bytes, all free. */
    FreeBlocks(long size) {
        sizeAt.put(0L, size);
        free = size;
    }

    /** Takes {@code size} bytes from the first block that holds them; empty if none does. */
    OptionalLong take(long size) {
        for (Map.Entry<Long, Long> block : sizeAt.entrySet()) {
            long offset = block.getKey();
            long rest = block.getValue() - size;
            if (rest >= 0) {
                sizeAt.remove(offset);
                if (rest > 0) {
                    sizeAt.put(offset + size, rest);
                }
                free -= size;
                return OptionalLong.of(offset);
            }
        }
        return OptionalLong.empty();
    }

    /** Returns a block that was taken. */
    void give(long offset, long size) {
        free += size;
        Map.Entry<Long, Long> below = sizeAt.lowerEntry(offset);
        if (below != null && below.getKey() + below.getValue() == offset) {
            sizeAt.remove(below.getKey());
            offset = below.getKey();
            size += below.getValue();
        }
        Long above = sizeAt.remove(offset + size);
        sizeAt.put(offset, above == null ? size : size + above);
    }

    /** Bytes that are free, in however many blocks. */
    long free() {
        return free;
    }

    /** Bytes of the largest free block; 0 if none is free. */
    long largest() {
        return sizeAt.values().stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /** How many separate blocks the free bytes are in. */
    int blocks() {
        return sizeAt.size();
    }
}
