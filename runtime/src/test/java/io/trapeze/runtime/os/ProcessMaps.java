// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The kernel's list of this process's mappings, as it stood when it was read.
 *
 * @param lines of {@code /proc/self/maps}
 */
public record ProcessMaps(List<Mapping> lines) {

    /**
     * One mapping.
     *
     * @param from its first address
     * @param to the address after its last
     * @param permissions four letters, such as {@code "r-xp"}
     * @param text the whole line
     */
    public record Mapping(long from, long to, String permissions, String text) {

        static Mapping parse(String line) {
            String[] fields = line.split("[- ]+", 4);
            return new Mapping(
                    Long.parseUnsignedLong(fields[0], 16),
                    Long.parseUnsignedLong(fields[1], 16),
                    line.split(" ")[1],
                    line);
        }

        /** Whether any byte of the range lies in it. */
        public boolean overlaps(long address, long bytes) {
            return from < address + bytes && address < to;
        }
    }

    public static ProcessMaps read() {
        try {
            return new ProcessMaps(Files.readAllLines(Path.of("/proc/self/maps")).stream()
                    .map(Mapping::parse)
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The mappings that touch a range. */
    public List<Mapping> within(long address, long bytes) {
        return lines.stream().filter(line -> line.overlaps(address, bytes)).toList();
    }

    /** The mappings of memory files of this name. */
    public List<Mapping> ofMemoryFile(String name) {
        return lines.stream()
                .filter(line -> line.text().contains("/memfd:" + name + " "))
                .toList();
    }

    /** How much memory a range takes at present, in bytes. */
    public static long residentBytes(long address, long bytes) {
        try {
            long resident = 0;
            boolean inside = false;
            for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
                if (line.matches("\\p{XDigit}+-\\p{XDigit}+ .*")) {
                    inside = Mapping.parse(line).overlaps(address, bytes);
                } else if (inside && line.startsWith("Rss:")) {
                    resident += 1024 * Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
            return resident;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many file descriptors of memory files this process holds. */
    public static long memoryFileDescriptors() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(ProcessMaps::isMemoryFile).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isMemoryFile(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("/memfd:trapeze");
        } catch (IOException gone) {
            return false; // closed between listing and reading: the listing's own descriptor, for one
        }
    }
}
