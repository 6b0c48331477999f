// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.trampolines.Gobuf;
import java.util.Optional;

/**
 * Where the fields of one record in native memory lie: the one definition that emitted code and Java share.
 *
 * <p>A record may begin with a Gobuf, at offset 0, so that its address is the Gobuf's too. Its own fields follow in the order
 * of the enum, 8 bytes each. Its size is a multiple of a cache line.
 *
 * @param <F> the record's fields
 */
final class Layout<F extends Enum<F>> {
    private static final int CACHE_LINE = 64;

    private final Optional<Gobuf> gobuf;
    private final int first;
    private final int size;

    private Layout(Class<F> fields, Optional<Gobuf> gobuf) {
        this.gobuf = gobuf;
        this.first = gobuf.map(Gobuf::size).orElse(0);
        this.size = first + 8 * fields.getEnumConstants().length + CACHE_LINE - 1 & -CACHE_LINE;
    }

    static <F extends Enum<F>> Layout<F> of(Class<F> fields) {
        return new Layout<>(fields, Optional.empty());
    }

    static <F extends Enum<F>> Layout<F> behind(Gobuf gobuf, Class<F> fields) {
        return new Layout<>(fields, Optional.of(gobuf));
    }

    /** Returns the Gobuf at the record's start. */
    Gobuf gobuf() {
        return gobuf.orElseThrow();
    }

    /** Returns the offset of a field, in bytes. */
    int offset(F field) {
        return first + 8 * field.ordinal();
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
