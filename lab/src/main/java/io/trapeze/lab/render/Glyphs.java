// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.render;

import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** The characters that drawings are made of: those of Unicode, or those that every terminal has. */
public enum Glyphs {
    /** Box drawing characters and arrows. */
    UNICODE("─", "│", "┌┬┐", "├┼┤", "└┴┘", "◄"),
    /** ASCII. */
    ASCII("-", "|", "+++", "+++", "+++", "<");

    private final String horizontal;
    private final String vertical;
    private final String top;
    private final String middle;
    private final String bottom;
    private final String pointer;

    Glyphs(String horizontal, String vertical, String top, String middle, String bottom, String pointer) {
        this.horizontal = horizontal;
        this.vertical = vertical;
        this.top = top;
        this.middle = middle;
        this.bottom = bottom;
        this.pointer = pointer;
    }

    /** Returns what the locale of an environment can show, as POSIX defines it (XBD, section 8.2). */
    public static Glyphs of(Map<String, String> environment) {
        String locale = Stream.of("LC_ALL", "LC_CTYPE", "LANG")
                .map(variable -> environment.getOrDefault(variable, ""))
                .filter(value -> !value.isEmpty())
                .findFirst()
                .orElse("C");
        return locale.toLowerCase(Locale.ROOT).matches(".*utf-?8.*") ? UNICODE : ASCII;
    }

    /** Returns a text with arrows, dashes and dots as these characters can show them. */
    public String text(String text) {
        return this == UNICODE
                ? text
                : text.replace("→", "->")
                        .replace("←", "<-")
                        .replace("…", "...")
                        .replace("–", "-")
                        .replace("·", ";");
    }

    /** Returns what points to the left. */
    public String pointer() {
        return pointer;
    }

    String vertical() {
        return vertical;
    }

    /** Returns the line above, between or below rows of cells. */
    String line(Edge edge, int[] widths) {
        String corners = switch (edge) {
            case TOP -> top;
            case MIDDLE -> middle;
            case BOTTOM -> bottom;
        };
        StringBuilder line = new StringBuilder().append(corners.charAt(0));
        for (int i = 0; i < widths.length; i++) {
            line.append(i == 0 ? "" : corners.substring(1, 2)).append(horizontal.repeat(widths[i] + 2));
        }
        return line.append(corners.charAt(2)).toString();
    }

    /** Where a line of a box is. */
    enum Edge {
        TOP,
        MIDDLE,
        BOTTOM
    }
}
