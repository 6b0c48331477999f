// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

import io.trapeze.emitter.CodeBlob;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** A blob in executable memory, until it is closed or its arena is. */
public final class MappedCode implements AutoCloseable {

    private final CodeArena arena;
    private final CodeBlob blob;
    private final long start;
    private final AtomicBoolean closed = new AtomicBoolean();

    MappedCode(CodeArena arena, CodeBlob blob, long start) {
        this.arena = arena;
        this.blob = blob;
        this.start = start;
    }

    /**
     * Address of its first byte, a multiple of {@link CodeArena#ALIGNMENT}.
     *
     * @throws IllegalStateException if it is no longer mapped
     */
    public long address() {
        if (closed.get()) {
            throw new IllegalStateException("'" + blob.name() + "' is no longer mapped: keep it and its arena open");
        }
        return start;
    }

    /**
     * Address of one of the blob's symbols.
     *
     * @throws IllegalArgumentException if it has none of this name
     * @throws IllegalStateException if it is no longer mapped
     */
    public long address(String symbol) {
        return address() + blob.offset(symbol);
    }

    /** Address of each symbol of the blob: what another blob is linked against. */
    public Map<String, Long> symbols() {
        Map<String, Long> addresses = new LinkedHashMap<>();
        blob.symbols().forEach((symbol, offset) -> addresses.put(symbol, address() + offset));
        return addresses;
    }

    /** Its first byte as a function. */
    public NativeFunction function() {
        return NativeFunction.at(address());
    }

    /** One of its symbols as a function. */
    public NativeFunction function(String symbol) {
        return NativeFunction.at(address(symbol));
    }

    /** Bytes of code. */
    public int size() {
        return blob.size();
    }

    /** What was mapped, before linking. */
    public CodeBlob blob() {
        return blob;
    }

    /** Frees the memory for other code and fills it with breakpoints; again does nothing. No thread may run it any more. */
    @Override
    public void close() {
        arena.free(this);
    }

    @Override
    public String toString() {
        return String.format("%s at 0x%x%s", blob, start, closed.get() ? ", closed" : "");
    }

    long start() {
        return start;
    }

    /** Returns whether this call closed it. */
    boolean markClosed() {
        return closed.compareAndSet(false, true);
    }
}
