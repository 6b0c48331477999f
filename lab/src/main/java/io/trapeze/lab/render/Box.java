// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.render;

import io.trapeze.lab.render.Glyphs.Edge;
import java.util.ArrayList;
import java.util.List;

/** Rows of cells in a frame, with text at the left and right of it. */
final class Box {
    private record Row(String left, List<String> cells, String right, boolean line) {}

    private final String title;
    private final Glyphs glyphs;
    private final List<Row> rows = new ArrayList<>();

    Box(String title, Glyphs glyphs) {
        this.title = title;
        this.glyphs = glyphs;
    }

    /**
     * Adds a row below the others.
     *
     * @param left stands before the frame
     * @param right stands behind it
     * @param line whether a line parts it from the row above
     */
    void row(String left, List<String> cells, String right, boolean line) {
        rows.add(new Row(glyphs.text(left), cells.stream().map(glyphs::text).toList(), glyphs.text(right), line));
    }

    /** Returns the frame below its title, and {@code below} below the frame. */
    Drawing drawing(List<String> below) {
        int left = rows.stream().mapToInt(r -> Style.width(r.left())).max().orElse(0);
        int[] widths = new int[rows.isEmpty() ? 0 : rows.get(0).cells().size()];
        for (Row row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], Style.width(row.cells().get(i)));
            }
        }
        String margin = " ".repeat(left + 1);
        List<String> lines = new ArrayList<>();
        lines.add(title);
        for (int i = 0; i < rows.size(); i++) {
            if (i == 0 || rows.get(i).line()) {
                lines.add(margin + glyphs.line(i == 0 ? Edge.TOP : Edge.MIDDLE, widths));
            }
            lines.add(line(rows.get(i), left, widths));
        }
        lines.add(margin + glyphs.line(Edge.BOTTOM, widths));
        below.forEach(text -> lines.add(glyphs.text(text)));
        return new Drawing(lines);
    }

    private String line(Row row, int left, int[] widths) {
        StringBuilder line = new StringBuilder(padded(row.left(), left)).append(' ');
        for (int i = 0; i < widths.length; i++) {
            line.append(glyphs.vertical())
                    .append(' ')
                    .append(padded(row.cells().get(i), widths[i]))
                    .append(' ');
        }
        return line.append(glyphs.vertical())
                .append(row.right().isEmpty() ? "" : " " + row.right())
                .toString();
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(width - Style.width(text));
    }
}
