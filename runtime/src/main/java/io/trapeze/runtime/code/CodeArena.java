// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.runtime.os.OperatingSystem;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A range of executable memory that blobs are mapped into and freed from.
 *
 * <p>No page of it is ever writable and executable at once in one mapping. Where the system allows it, the arena is one memory
 * file mapped twice, writable here and executable there; elsewhere each blob gets pages that are written first and made
 * executable afterwards. Code starts at a multiple of {@value #ALIGNMENT}, and all code of an arena is within reach of a
 * relative call.
 *
 * <p>Thread-safe: code can be mapped while other code runs. Closing the arena, or a {@link MappedCode} of it, while a thread
 * still runs that code is an error that nothing can catch.
 */
public final class CodeArena implements AutoCloseable {

    /** Bytes of an arena unless asked otherwise: 64 MiB of address space, of which only what is used takes memory. */
    public static final long DEFAULT_BYTES = 64L << 20;

    /** The largest arena, 1 GiB: relative calls within it always reach. */
    public static final long MAXIMUM_BYTES = 1L << 30;

    /** Alignment of mapped code in bytes; what a blob aligns to as much or less is so aligned in memory as well. */
    public static final int ALIGNMENT = 64;

    private final OperatingSystem os;
    private final CodePages pages;
    private final FreeBlocks blocks;
    private final TreeMap<Long, MappedCode> mapped = new TreeMap<>();
    private long everUsed;
    private boolean closed;

    private CodeArena(OperatingSystem os, CodePages pages) {
        this.os = os;
        this.pages = pages;
        this.blocks = new FreeBlocks(pages.size());
    }

    /** Opens an arena of {@link #DEFAULT_BYTES}. */
    public static CodeArena open(OperatingSystem os) {
        return open(os, DEFAULT_BYTES);
    }

    /**
     * Opens an arena.
     *
     * @param bytes its size, 1 to {@link #MAXIMUM_BYTES}, rounded up to whole pages
     * @throws ExecutableMemoryException if the system allows no executable memory
     */
    public static CodeArena open(OperatingSystem os, long bytes) {
        return open(os, bytes, "trapeze-code");
    }

    /** Opens an arena whose memory file has a name of its own in the system's list of mappings. */
    static CodeArena open(OperatingSystem os, long bytes, String name) {
        if (bytes < 1 || bytes > MAXIMUM_BYTES) {
            throw new IllegalArgumentException("an arena of " + bytes + " bytes: it takes from 1 to " + MAXIMUM_BYTES);
        }
        long page = os.pageSize();
        return new CodeArena(os, CodePages.open(os, name, (bytes + page - 1) & -page));
    }

    /** Maps a blob that refers to nothing outside itself. */
    public MappedCode map(CodeBlob blob) {
        return map(blob, Map.of());
    }

    /**
     * Maps a blob and links it.
     *
     * @param externals address of every symbol that the blob refers to and does not define
     * @return the code, ready to be called
     * @throws LinkException if a symbol is missing or out of reach
     * @throws IllegalArgumentException if the blob is empty
     * @throws IllegalStateException if the arena is full or closed
     */
    public synchronized MappedCode map(CodeBlob blob, Map<String, Long> externals) {
        requireOpen();
        if (blob.size() == 0) {
            throw new IllegalArgumentException("'" + blob.name() + "' is empty: emit an instruction before mapping it");
        }
        long size = blockSize(blob);
        long offset = blocks.take(size).orElseThrow(() -> full(blob));
        try {
            long address = pages.executableAddress() + offset;
            pages.write(offset, Linker.link(blob, address, externals));
            os.publishCode(address, blob.size());
            synchronize(offset, size);
            MappedCode code = new MappedCode(this, blob, address);
            mapped.put(address, code);
            return code;
        } catch (RuntimeException refused) {
            blocks.give(offset, size);
            throw refused;
        }
    }

    /** A thread can hold stale instructions only of addresses that held code before. */
    private void synchronize(long offset, long size) {
        if (offset < everUsed) {
            os.synchronizeCode();
        }
        everUsed = Math.max(everUsed, offset + size);
    }

    /** The code that an address lies in, if any: what a program counter points into. */
    public synchronized Optional<MappedCode> find(long address) {
        Map.Entry<Long, MappedCode> below = mapped.floorEntry(address);
        return below == null || address - below.getKey() >= below.getValue().size()
                ? Optional.empty()
                : Optional.of(below.getValue());
    }

    /** Lowest address at which code of this arena can run. */
    public long address() {
        return pages.executableAddress();
    }

    /** Bytes of the arena. */
    public long size() {
        return pages.size();
    }

    /** Bytes taken by mapped code, what is lost to alignment included. */
    public synchronized long used() {
        return pages.size() - blocks.free();
    }

    /** Whether one memory is mapped twice; otherwise pages change from writable to executable. */
    public boolean isDualMapped() {
        return pages.dualMapped();
    }

    /** Unmaps all code; again does nothing. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            mapped.values().forEach(MappedCode::markClosed);
            mapped.clear();
            pages.close();
        }
    }

    @Override
    public String toString() {
        return String.format("CodeArena[0x%x, %d of %d bytes used]", address(), used(), size());
    }

    synchronized void free(MappedCode code) {
        if (code.markClosed()) {
            long offset = code.start() - pages.executableAddress();
            long size = blockSize(code.blob());
            mapped.remove(code.start());
            pages.erase(offset, size);
            blocks.give(offset, size);
        }
    }

    private long blockSize(CodeBlob blob) {
        long granule = pages.granule();
        return (blob.size() + granule - 1) & -granule;
    }

    private IllegalStateException full(CodeBlob blob) {
        return new IllegalStateException("no room for '" + blob.name() + "' (" + blob.size() + " bytes): the arena has "
                + blocks.free() + " of " + pages.size() + " bytes free, " + blocks.largest()
                + " in one piece. Close code that is done with, or open a larger arena");
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the code arena is closed: keep it open while code is mapped");
        }
    }
}
