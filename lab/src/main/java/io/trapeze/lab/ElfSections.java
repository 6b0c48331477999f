// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The code in an ELF file for x86-64 (System V gABI, chapters 4 and 5). */
final class ElfSections {
    private static final int EXECUTABLE = 4;
    private static final int WITHOUT_BYTES = 8;
    private static final int SYMBOLS = 2;
    private static final int DYNAMIC_SYMBOLS = 11;
    private static final int SYMBOL_BYTES = 24;
    private static final int FUNCTION = 2;
    private static final int RELOCATABLE = 1;
    private static final int HEADER_BYTES = 64;
    /** For a section's number that takes more than 16 bits. */
    private static final int ELSEWHERE = 0xFFFF;
    /** Where the number of the machine stands. */
    private static final int MACHINE = 18;

    private static final Map<Integer, String> MACHINES = Map.of(
            3, "i386",
            8, "MIPS",
            20, "PowerPC",
            21, "PowerPC64",
            22, "S/390",
            40, "ARM",
            62, "x86-64",
            183, "AArch64",
            243, "RISC-V",
            258, "LoongArch");
    private static final String OURS = "x86-64, 64 bits";

    /** A section header. */
    private record Header(int name, int type, long flags, long address, int offset, int size, int link) {}

    private final ByteBuffer file;
    private final List<Header> headers = new ArrayList<>();
    private final boolean relocatable;

    private ElfSections(byte[] bytes) {
        file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        relocatable = file.getShort(16) == RELOCATABLE;
        long start = file.getLong(40);
        int size = unsigned(58);
        if (start != 0 && size < HEADER_BYTES) {
            throw new IllegalArgumentException("section headers of " + size + " bytes");
        }
        // A number that takes more than 16 bits stands in the first header.
        int count = unsigned(60) == 0 && start != 0 ? header(start).size() : unsigned(60);
        for (int i = 0; i < count; i++) {
            headers.add(header(start + (long) i * size));
        }
    }

    private Header header(long start) {
        int at = Math.toIntExact(start);
        return new Header(
                file.getInt(at),
                file.getInt(at + 4),
                file.getLong(at + 8),
                file.getLong(at + 16),
                Math.toIntExact(file.getLong(at + 24)),
                Math.toIntExact(file.getLong(at + 32)),
                file.getInt(at + 40));
    }

    private int unsigned(int at) {
        return Short.toUnsignedInt(file.getShort(at));
    }

    /** Whether bytes begin as an ELF file does, for whatever machine. */
    static boolean isElf(byte[] bytes) {
        return bytes.length > MACHINE + 1 && Arrays.equals(bytes, 0, 4, new byte[] {0x7F, 'E', 'L', 'F'}, 0, 4);
    }

    /** What a file is for, such as {@code AArch64, 64 bits}. */
    private static String target(byte[] bytes) {
        boolean bigEndian = bytes[5] == 2;
        ByteBuffer header = ByteBuffer.wrap(bytes).order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        int machine = Short.toUnsignedInt(header.getShort(MACHINE));
        return MACHINES.getOrDefault(machine, "machine " + machine) + ", " + (bytes[4] == 1 ? 32 : 64) + " bits"
                + (bigEndian ? ", big-endian" : "");
    }

    /**
     * Returns the executable sections in file order.
     *
     * @throws CommandException if the file is for another machine, or contradicts itself
     */
    static List<ForeignSection> executable(String name, byte[] bytes) {
        String target = target(bytes);
        if (!target.equals(OURS)) {
            throw new CommandException(
                    Exit.USAGE,
                    name + " is an ELF file for " + target + ", and disasm reads those for " + OURS,
                    "Name another file");
        }
        try {
            return new ElfSections(bytes).executable();
        } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
            throw new CommandException(
                    Exit.FAILED,
                    name + " begins as an ELF file, but points outside itself",
                    "Look at it with readelf, or give the bytes of its code alone",
                    e);
        }
    }

    private List<ForeignSection> executable() {
        List<ForeignSection> sections = new ArrayList<>();
        Header names = headers.isEmpty() ? null : headers.get(nameTable());
        for (int i = 0; i < headers.size(); i++) {
            Header header = headers.get(i);
            if ((header.flags() & EXECUTABLE) != 0 && header.type() != WITHOUT_BYTES && header.size() > 0) {
                Objects.checkFromIndexSize(header.offset(), header.size(), file.capacity());
                byte[] code = Arrays.copyOfRange(file.array(), header.offset(), header.offset() + header.size());
                sections.add(
                        new ForeignSection(text(names, header.name()), header.address(), code, functions(i, header)));
            }
        }
        return sections;
    }

    /** Which section has the sections' names. */
    private int nameTable() {
        int index = unsigned(62);
        return index == ELSEWHERE ? headers.get(0).link() : index;
    }

    /** The functions of a section, by offset in it. */
    private Map<String, Integer> functions(int section, Header code) {
        Map<String, Integer> functions = new LinkedHashMap<>();
        for (Header table : headers) {
            if (table.type() == SYMBOLS || table.type() == DYNAMIC_SYMBOLS) {
                Header names = headers.get(table.link());
                for (int at = table.offset(); at < table.offset() + table.size(); at += SYMBOL_BYTES) {
                    long offset = file.getLong(at + 8) - (relocatable ? 0 : code.address());
                    boolean function = (file.get(at + 4) & 15) == FUNCTION || relocatable && file.getInt(at) != 0;
                    if (function && unsigned(at + 6) == section && offset >= 0 && offset < code.size()) {
                        functions.putIfAbsent(text(names, file.getInt(at)), (int) offset);
                    }
                }
            }
        }
        return functions;
    }

    private String text(Header strings, int offset) {
        int start = strings.offset() + offset;
        int end = start;
        while (file.get(end) != 0) {
            end++;
        }
        return new String(file.array(), start, end - start, StandardCharsets.UTF_8);
    }
}
