// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.parked;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a process takes, in bytes.
 *
 * @param address address space
 * @param resident memory of its own that is there
 * @param pageTables the kernel's tables for it
 * @param javaHeap the part of the Java heap that is in use; counted in {@code resident} as well, but not all that is resident
 */
public record Footprint(long address, long resident, long pageTables, long javaHeap) {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int KIB = 1024;

    /** That of this process now. */
    static Footprint now() {
        try {
            return of(Files.readAllLines(STATUS), usedHeap());
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + STATUS + ", which tells what this process takes", e);
        }
    }

    /** The same from the lines of proc(5)'s {@code status}. */
    static Footprint of(List<String> status, long javaHeap) {
        return new Footprint(kib(status, "VmSize:"), kib(status, "RssAnon:"), kib(status, "VmPTE:"), javaHeap);
    }

    /** What has come since. */
    Footprint since(Footprint before) {
        return new Footprint(
                address - before.address,
                resident - before.resident,
                pageTables - before.pageTables,
                javaHeap - before.javaHeap);
    }

    private static long kib(List<String> status, String name) {
        return status.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip().split(" ")[0])
                .mapToLong(Long::parseLong)
                .map(number -> number * KIB)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(STATUS + " has no line " + name));
    }

    private static long usedHeap() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
