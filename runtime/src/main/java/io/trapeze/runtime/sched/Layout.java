// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.trampolines.Gobuf;
import java.util.Map;
import java.util.Optional;

/**
 * Where the fields of one record in native memory lie: the one definition that emitted code and Java share.
 *
 * <p>A record may begin with a Gobuf, at offset 0, so that its address is the Gobuf's too. Its own fields follow in the order
 * of the enum, 8 bytes each, but for those that are given a place in the Gobuf. Its size is a multiple of a cache line.
 *
 * @param <F> the record's fields
 */
final class Layout<F extends Enum<F>> {
    /** Bytes that a processor moves at once. */
    static final int CACHE_LINE = 64;

    private final Optional<Gobuf> gobuf;
    private final int[] offsets;
    private final int size;

    private Layout(Class<F> fields, Optional<Gobuf> gobuf, Map<F, Integer> placed) {
        this.gobuf = gobuf;
        this.offsets = new int[fields.getEnumConstants().length];
        int next = gobuf.map(Gobuf::size).orElse(0);
        for (F field : fields.getEnumConstants()) {
            if (placed.containsKey(field)) {
                offsets[field.ordinal()] = placed.get(field);
            } else {
                offsets[field.ordinal()] = next;
                next += 8;
            }
        }
        this.size = next + CACHE_LINE - 1 & -CACHE_LINE;
    }

    static <F extends Enum<F>> Layout<F> of(Class<F> fields) {
        return new Layout<>(fields, Optional.empty(), Map.of());
    }

    static <F extends Enum<F>> Layout<F> behind(Gobuf gobuf, Class<F> fields) {
        return behind(gobuf, fields, Map.of());
    }

    /**
     * Lays a record out behind a Gobuf.
     *
     * @param placed offsets of the fields that have a place in the Gobuf
     */
    static <F extends Enum<F>> Layout<F> behind(Gobuf gobuf, Class<F> fields, Map<F, Integer> placed) {
        return new Layout<>(fields, Optional.of(gobuf), placed);
    }

    /** Returns the Gobuf at the record's start. */
    Gobuf gobuf() {
        return gobuf.orElseThrow();
    }

    /** Returns the offset of a field, in bytes. */
    int offset(F field) {
        return offsets[field.ordinal()];
    }

    /** Returns the record's size, in bytes. */
    int size() {
        return size;
    }

    /** Returns a field of the record at {@code base}, for emitted code. */
    Mem.Qword at(Reg64 base, F field) {
        return Mem.qword(base, offset(field));
    }

    /** Reads a field of the record at offset {@code record} of {@code memory}. */
    long get(NativeMemory memory, long record, F field) {
        return memory.getLongVolatile(record + offset(field));
    }

    /** Writes a field of the record at offset {@code record} of {@code memory}. */
    void put(NativeMemory memory, long record, F field, long value) {
        memory.putLongVolatile(record + offset(field), value);
    }
}
