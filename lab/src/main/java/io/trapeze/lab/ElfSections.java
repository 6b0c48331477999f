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

/** The code in an ELF file for x86-64 (System V gABI, chapters 4 and 5). */
final class ElfSections {
    private static final int EXECUTABLE = 4;
    private static final int WITHOUT_BYTES = 8;
    private static final int SYMBOLS = 2;
    private static final int DYNAMIC_SYMBOLS = 11;
    private static final int SYMBOL_BYTES = 24;
    private static final int FUNCTION = 2;
    private static final int RELOCATABLE = 1;

    /** A section header. */
    private record Header(int name, int type, long flags, long address, int offset, int size, int link) {}

    private final ByteBuffer file;
    private final List<Header> headers = new ArrayList<>();
    private final boolean relocatable;

    private ElfSections(byte[] bytes) {
        file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        relocatable = file.getShort(16) == RELOCATABLE;
        int at = Math.toIntExact(file.getLong(40));
        int size = file.getShort(58);
        for (int i = 0; i < file.getShort(60); i++, at += size) {
            headers.add(new Header(
                    file.getInt(at),
                    file.getInt(at + 4),
                    file.getLong(at + 8),
                    file.getLong(at + 16),
                    Math.toIntExact(file.getLong(at + 24)),
                    Math.toIntExact(file.getLong(at + 32)),
                    file.getInt(at + 40)));
        }
    }

    /** Whether bytes begin as a little-endian ELF file of 64 bits for x86-64 does. */
    static boolean isElf(byte[] bytes) {
        return bytes.length >= 64
                && Arrays.equals(bytes, 0, 6, new byte[] {0x7F, 'E', 'L', 'F', 2, 1}, 0, 6)
                && bytes[18] == 62;
    }

    /**
     * Returns the executable sections in file order.
     *
     * @throws CommandException if the file contradicts itself
     */
    static List<ForeignSection> executable(String name, byte[] bytes) {
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
        Header names = headers.isEmpty() ? null : headers.get(file.getShort(62));
        for (int i = 0; i < headers.size(); i++) {
            Header header = headers.get(i);
            if ((header.flags() & EXECUTABLE) != 0 && header.type() != WITHOUT_BYTES && header.size() > 0) {
                byte[] code = new byte[header.size()];
                file.get(header.offset(), code);
                sections.add(
                        new ForeignSection(text(names, header.name()), header.address(), code, functions(i, header)));
            }
        }
        return sections;
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
                    if (function && file.getShort(at + 6) == section && offset >= 0 && offset < code.size()) {
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
