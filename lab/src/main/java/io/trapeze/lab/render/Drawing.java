// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.render;

import java.util.ArrayList;
import java.util.List;

/**
 * Lines of text that keep together.
 *
 * @param lines without their ends
 */
record Drawing(List<String> lines) {
    private static final int GAP = 3;

    /** Copies the list. */
    Drawing {
        lines = List.copyOf(lines);
    }

    int width() {
        return lines.stream().mapToInt(Style::width).max().orElse(0);
    }

    /** Returns both, the other at the right. */
    Drawing beside(Drawing other) {
        int width = width();
        List<String> all = new ArrayList<>();
        for (int i = 0; i < Math.max(lines.size(), other.lines.size()); i++) {
            String left = i < lines.size() ? lines.get(i) : "";
            String right = i < other.lines.size() ? other.lines.get(i) : "";
            String gap = " ".repeat(width - Style.width(left) + GAP);
            all.add(right.isEmpty() ? left : left + gap + right);
        }
        return new Drawing(all);
    }

    /** Returns the text of several, side by side as far as {@code width} columns allow. */
    static String text(List<Drawing> drawings, int width) {
        StringBuilder text = new StringBuilder();
        Drawing row = null;
        for (Drawing drawing : drawings) {
            if (row == null) {
                row = drawing;
            } else if (row.width() + GAP + drawing.width() <= width) {
                row = row.beside(drawing);
            } else {
                row.write(text);
                text.append('\n');
                row = drawing;
            }
        }
        if (row != null) {
            row.write(text);
        }
        return text.toString();
    }

    private void write(StringBuilder text) {
        lines.forEach(line -> text.append(line.stripTrailing()).append('\n'));
    }
}
