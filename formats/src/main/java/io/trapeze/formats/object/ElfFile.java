// SPDX-License-Identifier: Apache-2.0
package io.trapeze.formats.object;

import io.trapeze.emitter.Relocation;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An ELF64 file for x86-64 in the making.
 *
 * <p>The structures are those of the System V gABI, chapters 4 and 5, the relocations those of the x86-64 psABI, section
 * 4.4. In an executable the byte at offset n of the file is mapped at {@link #BASE} + n, but for {@linkplain #image images}.
 */
final class ElfFile {
    static final long BASE = 0x40_0000;
    static final int PAGE = 4096;

    /** Section flags, added up: mapped when the program runs, and what may be done there besides reading. */
    static final int MAPPED = 2;

    static final int WRITE = 1;
    static final int EXECUTE = 4;

    /** Symbol types: defined elsewhere, or what lies there. */
    static final int UNDEFINED = 0x10;

    static final int DATA = 0x11;
    static final int FUNCTION = 0x12;

    private static final int PROGBITS = 1;
    private static final int SYMTAB = 2;
    private static final int STRTAB = 3;
    private static final int RELA = 4;
    private static final int NOBITS = 8;
    private static final int HEADER_BYTES = 64;
    private static final int SEGMENT_BYTES = 56;
    private static final int SYMBOL_BYTES = 24;

    private record Section(
            int name, int type, int flags, long address, byte[] bytes, long size, int info, int align, int entry) {}

    /** Memory that the kernel maps; where in the file is the section's matter, if it is one section alone. */
    private record Segment(int type, int access, int image, long address, long fileSize, long size, int align) {
        byte[] header(int[] offsets) {
            long offset = image != 0 ? offsets[image] : Math.max(0, address - BASE);
            return packed("44888888", type, access, offset, address, address, fileSize, size, align);
        }
    }

    private final List<Section> sections = new ArrayList<>();
    private final List<Segment> segments = new ArrayList<>();
    private final ByteArrayOutputStream symbols = new ByteArrayOutputStream();
    private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
    private final Map<String, Integer> indices = new HashMap<>();
    private int sectionSymbols;

    ElfFile() {
        strings.write(0);
        symbols.writeBytes(new byte[SYMBOL_BYTES]);
        sections.add(new Section(0, 0, 0, 0, new byte[0], 0, 0, 0, 0));
    }

    /** Returns where code can start behind the headers of so many segments. */
    static long afterHeaders(int count) {
        return aligned(BASE + HEADER_BYTES + (long) count * SEGMENT_BYTES, Text.ALIGNMENT);
    }

    static long aligned(long value, int alignment) {
        return value + alignment - 1 & -alignment;
    }

    /** Adds a section and returns its index; one that is mapped gets a local symbol of its name. */
    int section(String name, int flags, long address, int alignment, byte[] bytes) {
        int index = add(name, PROGBITS, flags, address, bytes, bytes.length, 0, alignment, 0);
        if (flags != 0) {
            indices.put(name, ++sectionSymbols);
            symbols.writeBytes(packed("411288", 0, 3, 0, index, address, 0));
        }
        return index;
    }

    /** Adds writable memory that starts as zeros, and returns its index. */
    int zeros(String name, long address, int alignment, long size) {
        return add(name, NOBITS, MAPPED | WRITE, address, new byte[0], size, 0, alignment, 0);
    }

    private int add(
            String name, int type, int flags, long address, byte[] bytes, long size, int info, int align, int entry) {
        sections.add(new Section(string(name), type, flags, address, bytes, size, info, align, entry));
        return sections.size() - 1;
    }

    /**
     * Adds memory that is mapped at an address of its own, and returns its index.
     *
     * @param address a multiple of {@link #PAGE}
     */
    int image(String name, int flags, long address, byte[] bytes) {
        int index = section(name, flags | MAPPED, address, PAGE, bytes);
        segments.add(new Segment(1, access(flags), index, address, bytes.length, bytes.length, PAGE));
        return index;
    }

    /** Adds a global symbol; all sections have been added. */
    void symbol(String name, int type, int section, long value, long size) {
        indices.put(name, symbols.size() / SYMBOL_BYTES);
        symbols.writeBytes(packed("411288", string(name), type, 0, section, value, size));
    }

    /** Adds the places of a section that a linker has to fill in; all symbols have been added. */
    void relocations(String section, int index, List<Relocation> relocations) {
        ByteArrayOutputStream table = new ByteArrayOutputStream();
        for (Relocation place : relocations) {
            int type = switch (place.kind()) {
                case ABSOLUTE_64 -> 1; // R_X86_64_64
                case RELATIVE_32 -> 2; // R_X86_64_PC32
                case BRANCH_32 -> 4; // R_X86_64_PLT32
            };
            table.writeBytes(packed("8448", place.offset(), type, indices.get(place.symbol()), place.addend()));
        }
        if (!relocations.isEmpty()) {
            add(".rela" + section, RELA, 0x40, 0, table.toByteArray(), table.size(), index, 8, SYMBOL_BYTES);
        }
    }

    /** Adds memory that the kernel maps: bytes of the file, then zeros. */
    void segment(int flags, long address, long fileSize, long size) {
        segments.add(new Segment(1, access(flags), 0, address, fileSize, size, PAGE));
    }

    private static int access(int flags) {
        return 4 | (flags & WRITE) << 1 | (flags & EXECUTE) >> 2;
    }

    /** Returns the file for a linker. */
    byte[] object() {
        return bytes(1, 0, 0);
    }

    /** Returns the file for the kernel, which is asked for a stack that no code runs on. */
    byte[] executable(long entry) {
        segments.add(new Segment(0x6474_E551, 6, 0, 0, 0, 0, 16)); // PT_GNU_STACK
        return bytes(2, entry, SEGMENT_BYTES);
    }

    private byte[] bytes(int type, long entry, int segmentBytes) {
        add(".symtab", SYMTAB, 0, 0, symbols.toByteArray(), symbols.size(), sectionSymbols + 1, 8, SYMBOL_BYTES);
        int name = string(".strtab");
        sections.add(new Section(name, STRTAB, 0, 0, strings.toByteArray(), strings.size(), 0, 1, 0));
        int count = sections.size();
        int[] offsets = offsets();
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        ByteArrayOutputStream headers = new ByteArrayOutputStream();
        segments.forEach(segment -> content.writeBytes(segment.header(offsets)));
        for (int i = 0; i < count; i++) {
            Section s = sections.get(i);
            int at = offsets[i];
            if (s.bytes().length > 0) {
                content.writeBytes(new byte[at - HEADER_BYTES - content.size()]);
                content.writeBytes(s.bytes());
            }
            int link = s.type() == RELA ? count - 2 : s.type() == SYMTAB ? count - 1 : 0;
            headers.writeBytes(packed("4488", s.name(), s.type(), s.flags(), s.address()));
            headers.writeBytes(packed("884488", at, s.size(), link, s.info(), s.align(), s.entry()));
        }
        content.writeBytes(new byte[-content.size() & 7]);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(new byte[] {0x7F, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        file.writeBytes(packed("2248", type, 62, 1, entry));
        file.writeBytes(packed("88", segmentBytes == 0 ? 0 : HEADER_BYTES, HEADER_BYTES + content.size()));
        file.writeBytes(packed("422", 0, HEADER_BYTES, segmentBytes));
        file.writeBytes(packed("2222", segments.size(), HEADER_BYTES, count, count - 1));
        file.writeBytes(content.toByteArray());
        file.writeBytes(headers.toByteArray());
        return file.toByteArray();
    }

    /** Lays the sections out: one that is mapped where its address says, unless it is an image, any other behind the last. */
    private int[] offsets() {
        int[] offsets = new int[sections.size()];
        int end = HEADER_BYTES + segments.size() * SEGMENT_BYTES;
        for (int i = 0; i < offsets.length; i++) {
            Section s = sections.get(i);
            boolean floats = s.address() == 0 || isImage(i);
            offsets[i] = (int) (floats ? aligned(end, s.align()) : s.address() - BASE);
            end = Math.max(end, offsets[i] + s.bytes().length);
        }
        return offsets;
    }

    private boolean isImage(int section) {
        return segments.stream().anyMatch(segment -> segment.image() == section && section != 0);
    }

    private int string(String text) {
        int at = strings.size();
        strings.writeBytes((text + "\0").getBytes(StandardCharsets.UTF_8));
        return at;
    }

    /** Numbers one after the other, least significant byte first; a digit for each says how many bytes it takes. */
    private static byte[] packed(String widths, long... values) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < values.length; i++) {
            for (int bit = 0; bit < 8 * (widths.charAt(i) - '0'); bit += 8) {
                bytes.write((int) (values[i] >> bit));
            }
        }
        return bytes.toByteArray();
    }
}
