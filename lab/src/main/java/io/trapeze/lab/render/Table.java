// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.render;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Rows of text in aligned columns, two blanks between them. Nothing is cut and nothing is wrapped. */
public final class Table {
    /** To which side of its column a text keeps. */
    public enum Align {
        /** For words. */
        LEFT,
        /** For numbers. */
        RIGHT
    }

    private static final String GAP = "  ";

    private final List<Align> aligns;
    private final List<List<String>> rows = new ArrayList<>();

    /** A table without rows; how many aligns, so many columns. */
    public Table(Align... aligns) {
        this.aligns = List.of(aligns);
    }

    /**
     * Adds a row below the others.
     *
     * @throws IllegalArgumentException if it has not one text for each column
     */
    public Table row(String... texts) {
        if (texts.length != aligns.size()) {
            throw new IllegalArgumentException("a row of " + texts.length + " texts in a table of " + aligns.size()
                    + " columns: " + Arrays.toString(texts));
        }
        rows.add(List.of(texts));
        return this;
    }

    /** Returns the rows, each with a line end; no blanks at line ends. */
    public String text() {
        int[] widths = new int[aligns.size()];
        for (List<String> row : rows) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], Style.width(row.get(column)));
            }
        }
        return rows.stream().map(row -> line(row, widths) + "\n").collect(Collectors.joining());
    }

    private String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String text = row.get(column);
            String blanks = " ".repeat(widths[column] - Style.width(text));
            line.append(column == 0 ? "" : GAP)
                    .append(aligns.get(column) == Align.LEFT ? text + blanks : blanks + text);
        }
        return line.toString().stripTrailing();
    }
}
