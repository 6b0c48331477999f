// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.render;

import java.util.regex.Pattern;

/** Emphasis for a terminal, or none at all: ANSI escape sequences (ECMA-48, "Select Graphic Rendition"). */
public enum Style {
    /** Text as it is. */
    PLAIN,
    /** Text between escape sequences. */
    COLOUR;

    private static final String[] HUES = {"36", "33", "35", "32", "34", "31"};
    private static final Pattern SEQUENCE = Pattern.compile("\u001b\\[[0-9;]*m");

    /** What is as it should be. */
    public String good(String text) {
        return wrap("32", text);
    }

    /** What works, but could work better. */
    public String doubtful(String text) {
        return wrap("33", text);
    }

    /** What is wrong. */
    public String bad(String text) {
        return wrap("1;31", text);
    }

    /** A heading. */
    public String strong(String text) {
        return wrap("1", text);
    }

    /** What can be skipped. */
    public String faint(String text) {
        return wrap("2", text);
    }

    /** One of several things that are told apart: each number from 0 has a colour, which comes again after six. */
    public String hue(int number, String text) {
        return wrap(HUES[number % HUES.length], text);
    }

    private String wrap(String codes, String text) {
        return this == PLAIN || text.isEmpty() ? text : "\u001b[" + codes + "m" + text + "\u001b[0m";
    }

    /** Columns that a text takes on a terminal: its code points, escape sequences not counted. */
    static int width(String text) {
        String visible = SEQUENCE.matcher(text).replaceAll("");
        return visible.codePointCount(0, visible.length());
    }
}
