// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A blob as text: for each instruction its offset, bytes, Intel syntax and the reason the generator gave. */
final class Listing {
    private static final int BYTES_SHOWN = 11;
    private static final int DATA_BYTES_A_ROW = 8;
    private static final int WIDEST_TEXT = 44;
    private static final HexFormat HEX = HexFormat.ofDelimiter(" ");

    /** What stands in the columns of one line; names stand above it, on lines of their own. */
    private record Row(long offset, String bytes, String text, String note, Set<String> names) {}

    private Listing() {}

    static String of(CodeBlob blob, long origin) {
        Map<Integer, Set<String>> names = names(blob);
        List<Row> rows = new ArrayList<>();
        for (Instruction instruction : blob.instructions()) {
            Set<String> here = names.remove(instruction.offset());
            rows(instruction, origin, here == null ? Set.of() : here, rows);
        }
        int bytesWidth = rows.stream().mapToInt(r -> r.bytes().length()).max().orElse(0) + 1;
        int textWidth = rows.stream().mapToInt(r -> r.text().length()).max().orElse(0);
        String line = "%5x  %-" + bytesWidth + "s %-" + Math.min(textWidth, WIDEST_TEXT) + "s  %s";
        StringBuilder text = new StringBuilder();
        for (Row row : rows) {
            row.names().forEach(name -> text.append(name).append(":\n"));
            text.append(line.formatted(row.offset(), row.bytes(), row.text(), row.note())
                            .stripTrailing())
                    .append('\n');
        }
        names.values().forEach(last -> last.forEach(name -> text.append(name).append(":\n")));
        return text.toString();
    }

    private static void rows(Instruction instruction, long origin, Set<String> names, List<Row> rows) {
        String note = instruction.reason().isEmpty() ? "" : "; " + instruction.reason();
        byte[] bytes = instruction.bytes();
        boolean data = instruction.form().isEmpty() && !instruction.padding();
        int step = data ? DATA_BYTES_A_ROW : bytes.length;
        for (int at = 0; at < bytes.length; at += step) {
            byte[] here = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + step));
            String text = here.length == bytes.length ? shown(instruction, origin) : IntelSyntax.data(here);
            boolean first = at == 0;
            rows.add(new Row(
                    origin + instruction.offset() + at, hex(here), text, first ? note : "", first ? names : Set.of()));
        }
    }

    private static String shown(Instruction i, long origin) {
        if (i.padding()) {
            return i.textWithOffsets();
        }
        boolean local = i.target().isPresent() && !i.target().get().external();
        return local
                ? i.text() + " <0x" + Long.toHexString(origin + i.target().get().offset()) + ">"
                : i.text();
    }

    /** Symbols and the labels that instructions name, by offset. */
    private static Map<Integer, Set<String>> names(CodeBlob blob) {
        Map<Integer, Set<String>> names = new TreeMap<>();
        blob.symbols().forEach((name, offset) -> add(names, offset, name));
        for (Instruction instruction : blob.instructions()) {
            instruction.target().filter(t -> !t.external()).ifPresent(t -> add(names, t.offset(), t.name()));
        }
        return names;
    }

    private static void add(Map<Integer, Set<String>> names, int offset, String name) {
        names.computeIfAbsent(offset, o -> new LinkedHashSet<>()).add(name);
    }

    private static String hex(byte[] bytes) {
        int shown = Math.min(bytes.length, BYTES_SHOWN);
        return HEX.formatHex(bytes, 0, shown) + (bytes.length > shown ? "…" : "");
    }
}
