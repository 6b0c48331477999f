// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.text;

import java.util.Locale;

/**
 * A word of a statement.
 *
 * @param kind what sort of word
 * @param text the word; of a string or character its bytes, each as one {@code char}
 * @param line line, from 1
 * @param column column, from 1
 * @param start where it starts in the source
 */
record Token(Kind kind, String text, int line, int column, int start) {
    /** Sorts of words. */
    enum Kind {
        NAME,
        NUMBER,
        STRING,
        CHARACTER,
        SIGN,
        END
    }

    private static final int LONGEST_SHOWN = 40;

    boolean is(String sign) {
        return kind == Kind.SIGN && text.equals(sign);
    }

    boolean isName() {
        return kind == Kind.NAME;
    }

    /** Returns the text in lower case, as mnemonics, registers and directives are looked up. */
    String word() {
        return text.toLowerCase(Locale.ROOT);
    }

    /** Whether {@code next} follows without a space. */
    boolean touches(Token next) {
        return start + text.length() == next.start;
    }

    /** Returns another word in its place. */
    Token as(Kind other, String word) {
        return new Token(other, word, line, column, start);
    }

    /** Returns a mistake that begins here. */
    Mistake mistake(String message) {
        return new Mistake(this, message);
    }

    /** Returns it as messages show it. */
    String shown() {
        return switch (kind) {
            case END -> "the end of the statement";
            case STRING -> "a string";
            case CHARACTER -> "a character";
            default -> "'" + shortened(text) + "'";
        };
    }

    static String shortened(String text) {
        return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "…";
    }
}
