// SPDX-License-Identifier: Apache-2.0
package io.trapeze.formats.object;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads an ELF64 file and insists on everything that the gABI says of what it finds. */
final class ElfReader {
    /** A section header with its content. */
    record Section(
            String name,
            int type,
            long flags,
            long address,
            long offset,
            long size,
            int link,
            int info,
            long alignment,
            long entrySize,
            byte[] bytes) {}

    /** An entry of the symbol table. */
    record Symbol(String name, int type, int binding, int section, long value, long size) {}

    /** An entry of a relocation table. */
    record Place(long offset, int type, String symbol, long addend) {}

    /** What the kernel maps, or is told. */
    record Segment(int type, int flags, long offset, long address, long fileSize, long memorySize, long alignment) {}

    final int type;
    final long entry;
    final List<Section> sections = new ArrayList<>();
    final List<Symbol> symbols = new ArrayList<>();
    final List<Segment> segments = new ArrayList<>();
    private final ByteBuffer file;

    ElfReader(byte[] bytes) {
        file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        byte[] ident = new byte[16];
        file.get(ident);
        assertThat(ident).isEqualTo(new byte[] {0x7F, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        type = file.getShort();
        assertThat(file.getShort()).as("machine").isEqualTo((short) 62);
        assertThat(file.getInt()).as("version").isEqualTo(1);
        entry = file.getLong();
        long segmentsAt = file.getLong();
        long sectionsAt = file.getLong();
        assertThat(file.getInt()).as("flags").isZero();
        assertThat(file.getShort()).as("header size").isEqualTo((short) 64);
        int segmentSize = file.getShort();
        int segmentCount = file.getShort();
        assertThat(file.getShort()).as("section header size").isEqualTo((short) 64);
        int sectionCount = file.getShort();
        int names = file.getShort();
        assertThat(segmentSize).isEqualTo(segmentCount == 0 ? 0 : 56);
        assertThat(segmentsAt).isEqualTo(segmentCount == 0 ? 0 : 64);
        assertThat(sectionsAt % 8).as("section headers are aligned").isZero();
        assertThat(sectionsAt + 64L * sectionCount).as("they end the file").isEqualTo(bytes.length);
        for (int i = 0; i < segmentCount; i++) {
            segments.add(segment((int) segmentsAt + i * segmentSize));
        }
        for (int i = 0; i < sectionCount; i++) {
            sections.add(section((int) sectionsAt + i * 64, (int) sectionsAt + names * 64));
        }
        checkSections();
        symbols.addAll(symbolTable());
    }

    private Segment segment(int at) {
        file.position(at);
        int kind = file.getInt();
        int flags = file.getInt();
        long offset = file.getLong();
        long address = file.getLong();
        assertThat(file.getLong()).as("physical address").isEqualTo(address);
        Segment s = new Segment(kind, flags, offset, address, file.getLong(), file.getLong(), file.getLong());
        assertThat(s.memorySize()).isGreaterThanOrEqualTo(s.fileSize());
        assertThat(Long.bitCount(s.alignment())).isEqualTo(1);
        assertThat((address - offset) % s.alignment()).as("%s is congruent", s).isZero();
        assertThat(offset + s.fileSize()).isLessThanOrEqualTo(file.capacity());
        return s;
    }

    private Section section(int at, int names) {
        file.position(names + 24);
        long strings = file.getLong();
        file.position(at);
        String name = string((int) strings + file.getInt());
        int kind = file.getInt();
        long flags = file.getLong();
        long address = file.getLong();
        long offset = file.getLong();
        long size = file.getLong();
        int link = file.getInt();
        int info = file.getInt();
        long alignment = file.getLong();
        long entrySize = file.getLong();
        byte[] content = new byte[kind == 8 ? 0 : (int) size];
        file.position((int) offset).get(content);
        return new Section(name, kind, flags, address, offset, size, link, info, alignment, entrySize, content);
    }

    private void checkSections() {
        Section none = sections.get(0);
        assertThat(none.name()).isEmpty();
        assertThat(List.of(none.flags(), none.address(), none.offset(), none.size(), none.alignment()))
                .containsOnly(0L);
        long end = 64 + 56L * segments.size();
        for (Section s : sections.subList(1, sections.size())) {
            assertThat(s.name()).isNotEmpty();
            assertThat(Long.bitCount(s.alignment()))
                    .as("%s: alignment", s.name())
                    .isEqualTo(1);
            assertThat(s.address() % s.alignment()).as("%s: address", s.name()).isZero();
            if (s.bytes().length > 0) {
                assertThat(s.offset() % s.alignment())
                        .as("%s: offset", s.name())
                        .isZero();
                assertThat(s.offset())
                        .as("%s begins behind the one before", s.name())
                        .isGreaterThanOrEqualTo(end);
                end = s.offset() + s.bytes().length;
            }
            if (s.entrySize() != 0) {
                assertThat(s.size() % s.entrySize()).as("%s: entries", s.name()).isZero();
            }
        }
    }

    private List<Symbol> symbolTable() {
        Section table = section(".symtab");
        assertThat(table.entrySize()).isEqualTo(24);
        Section strings = sections.get(table.link());
        assertThat(strings.type()).isEqualTo(3);
        ByteBuffer entries = ByteBuffer.wrap(table.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        List<Symbol> found = new ArrayList<>();
        while (entries.hasRemaining()) {
            String name = string((int) strings.offset() + entries.getInt());
            int info = entries.get();
            assertThat(entries.get()).as("%s: visibility", name).isZero();
            int section = entries.getShort();
            Symbol symbol = new Symbol(name, info & 15, info >> 4, section, entries.getLong(), entries.getLong());
            assertThat(section).isBetween(0, sections.size() - 1);
            assertThat(symbol.binding() == 0)
                    .as("local symbols, and they alone, come before entry %d: %s", table.info(), symbol)
                    .isEqualTo(found.size() < table.info());
            Section home = sections.get(section);
            long base = type == 1 ? 0 : home.address();
            assertThat(symbol.value()).isGreaterThanOrEqualTo(base);
            assertThat(symbol.value() + symbol.size()).isLessThanOrEqualTo(base + home.size());
            found.add(symbol);
        }
        assertThat(found.get(0)).isEqualTo(new Symbol("", 0, 0, 0, 0, 0));
        return found;
    }

    /** Returns what a linker has to fill in in a section. */
    List<Place> relocations(String section) {
        Section table = section(".rela" + section);
        assertThat(table.type()).isEqualTo(4);
        assertThat(table.entrySize()).isEqualTo(24);
        assertThat(sections.get(table.link()).name()).isEqualTo(".symtab");
        assertThat(sections.get(table.info())).isEqualTo(section(section));
        ByteBuffer entries = ByteBuffer.wrap(table.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        List<Place> places = new ArrayList<>();
        while (entries.hasRemaining()) {
            long offset = entries.getLong();
            int kind = entries.getInt();
            Symbol symbol = symbols.get(entries.getInt());
            String name = symbol.type() == 3 ? sections.get(symbol.section()).name() : symbol.name();
            places.add(new Place(offset, kind, name, entries.getLong()));
            assertThat(offset + (kind == 1 ? 8 : 4))
                    .isLessThanOrEqualTo(section(section).size());
        }
        return places;
    }

    Section section(String name) {
        List<Section> found =
                sections.stream().filter(s -> s.name().equals(name)).toList();
        assertThat(found).as("sections called %s", name).hasSize(1);
        return found.get(0);
    }

    Symbol symbol(String name) {
        List<Symbol> found = symbols.stream().filter(s -> s.name().equals(name)).toList();
        assertThat(found).as("symbols called %s", name).hasSize(1);
        return found.get(0);
    }

    private String string(int at) {
        int end = at;
        while (file.get(end) != 0) {
            end++;
        }
        byte[] bytes = new byte[end - at];
        file.get(at, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
