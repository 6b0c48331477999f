// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.render;

import io.trapeze.lab.diff.Comparison;
import io.trapeze.lab.diff.Comparison.Kind;
import io.trapeze.lab.diff.Comparison.Row;
import io.trapeze.lab.diff.Comparison.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Comparisons side by side, as {@code diff --side-by-side} does, with the causes in a third column; or as a page. */
public final class DiffText {
    /** No line is longer. */
    static final int WIDTH = 120;
    /** The least that causes get; the code is cut before they get less. */
    private static final int CAUSES = 34;
    /** Columns between the texts: two around the mark, two before the causes. */
    private static final int GAPS = 5;
    /** Columns of an offset and the blanks behind it. */
    private static final int OFFSET = 6;

    private final Comparison comparison;
    private final Style style;
    private final Glyphs glyphs;
    private final int code;

    private DiffText(Comparison comparison, Style style, Glyphs glyphs) {
        this.comparison = comparison;
        this.style = style;
        this.glyphs = glyphs;
        int longest = comparison.rows().stream()
                .flatMap(row -> Stream.of(row.left(), row.right()))
                .flatMap(Optional::stream)
                .mapToInt(side -> side.shortText().length())
                .max()
                .orElse(0);
        this.code = OFFSET + Math.min(longest, (WIDTH - CAUSES - GAPS) / 2 - OFFSET);
    }

    /** Returns the text, with line ends. */
    public static String of(List<Comparison> comparisons, Style style, Glyphs glyphs) {
        return comparisons.stream()
                .map(comparison -> new DiffText(comparison, style, glyphs).text())
                .collect(Collectors.joining("\n"));
    }

    private String text() {
        StringBuilder text = new StringBuilder(style.strong(comparison.primitive())).append('\n');
        text.append(line(
                style.strong(comparison.left()), " ", style.strong(comparison.right()), style.strong("because of")));
        for (Row row : comparison.rows()) {
            List<String> causes = wrapped(CauseText.of(row.causes()));
            text.append(line(side(row, row.left()), mark(row.kind()), side(row, row.right()), causes.get(0)));
            causes.stream().skip(1).forEach(more -> text.append(line("", " ", "", more)));
        }
        return text.append(summary(comparison)).append('\n').toString();
    }

    private static String summary(Comparison comparison) {
        return "the same: %d, changed: %d, only for %s: %d, only for %s: %d"
                .formatted(
                        comparison.count(Kind.SAME),
                        comparison.count(Kind.CHANGED),
                        comparison.left(),
                        comparison.count(Kind.LEFT),
                        comparison.right(),
                        comparison.count(Kind.RIGHT));
    }

    private String line(String left, String mark, String right, String cause) {
        String line = padded(left) + " " + mark + " " + padded(right) + "  " + cause;
        return line.stripTrailing() + "\n";
    }

    private String padded(String text) {
        return text + " ".repeat(Math.max(0, code - Style.width(text)));
    }

    private String side(Row row, Optional<Side> side) {
        if (side.isEmpty()) {
            return "";
        }
        String text = side.get().shortText();
        int room = code - OFFSET;
        String shown = text.length() <= room
                ? text
                : text.substring(0, room - 1) + glyphs.text("…").substring(0, 1);
        String coloured = switch (row.kind()) {
            case SAME -> style.faint(shown);
            case CHANGED -> style.doubtful(shown);
            case LEFT -> style.bad(shown);
            case RIGHT -> style.good(shown);
        };
        return "%4x  ".formatted(side.get().offset()) + coloured;
    }

    private static String mark(Kind kind) {
        return switch (kind) {
            case SAME -> " ";
            case CHANGED -> "|";
            case LEFT -> "<";
            case RIGHT -> ">";
        };
    }

    /** Returns the causes in lines that fit their column; at least one line. */
    private List<String> wrapped(List<String> causes) {
        int room = WIDTH - 2 * code - GAPS;
        List<String> lines = new ArrayList<>();
        for (String cause : causes) {
            String line = "";
            for (String word : glyphs.text(cause).split(" ")) {
                if (!line.isBlank() && line.length() + 1 + word.length() > room) {
                    lines.add(line);
                    line = "  " + word;
                } else {
                    line += (line.isEmpty() ? "" : " ") + word;
                }
            }
            lines.add(line);
        }
        return lines.isEmpty() ? List.of("") : lines;
    }

    /** Returns a page, with line ends. */
    public static String markdown(List<Comparison> comparisons) {
        StringBuilder text = new StringBuilder();
        for (Comparison comparison : comparisons) {
            text.append(text.isEmpty() ? "" : "\n").append("# `" + comparison.primitive() + "`\n\n");
            text.append(Markdown.row(comparison.left(), "", comparison.right(), "because of", "what for"));
            text.append("|---|---|---|---|---|\n");
            for (Row row : comparison.rows()) {
                Side either = row.left().or(row::right).orElseThrow();
                text.append(Markdown.row(
                        code(row.left()),
                        mark(row.kind()).strip(),
                        code(row.right()),
                        String.join("<br>", CauseText.of(row.causes())),
                        either.reason()));
            }
            text.append("\n" + summary(comparison) + "\n");
        }
        return text.toString();
    }

    private static String code(Optional<Side> side) {
        Function<Side, String> code = s -> Markdown.code(s.text());
        return side.map(code).orElse("");
    }
}
