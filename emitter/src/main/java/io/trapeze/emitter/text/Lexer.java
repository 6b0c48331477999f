// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.text;

import io.trapeze.emitter.text.Token.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Splits a source into statements, and these into words; comments become notes. */
final class Lexer {
    /**
     * One statement.
     *
     * @param tokens its words, the last of them the end
     * @param note the comment behind it on its line; may be empty
     */
    record Statement(List<Token> tokens, String note) {}

    private static final String TWO_CHARACTER_SIGNS = "<<>>";
    private static final String ESCAPES = "ntrbf\\\"'";
    private static final String ESCAPED = "\n\t\r\b\f\\\"'";

    private final String text;
    private int at;
    private int line = 1;
    private int lineStart;

    Lexer(Source source) {
        this.text = source.text();
    }

    boolean atEnd() {
        return at >= text.length();
    }

    /** Reads the next statement, which may be empty; after a mistake the next one is that of the next line. */
    Statement next() {
        List<Token> tokens = new ArrayList<>();
        try {
            return new Statement(tokens, read(tokens));
        } catch (Mistake e) {
            while (!atEnd() && text.charAt(at) != '\n') {
                at++;
            }
            throw e;
        }
    }

    /** Reads words up to the end of the statement, which is taken too; returns the comment behind it. */
    private String read(List<Token> tokens) {
        String note = "";
        while (true) {
            char c = peek(0);
            if (atEnd() || c == '\n' || c == ';') {
                tokens.add(token(Kind.END, "", at));
                at++;
                if (c == '\n') {
                    line++;
                    lineStart = at;
                }
                return note;
            }
            if (Character.isWhitespace(c)) {
                at++;
            } else if (c == '#' || c == '/' && peek(1) == '/') {
                int start = at;
                skipTo("\n");
                note = text.substring(start, at).replaceFirst("^[#/]+", "").strip();
            } else if (c == '/' && peek(1) == '*') {
                skipComment();
            } else {
                tokens.add(word(c));
            }
        }
    }

    private void skipTo(String what) {
        int found = text.indexOf(what, at);
        at = found < 0 ? text.length() : found;
    }

    private void skipComment() {
        int start = at;
        at += 2;
        skipTo("*/");
        if (atEnd()) {
            throw mistake(start, "this comment has no end: close it with */");
        }
        at += 2;
        for (int i = start; i < at; i++) {
            if (text.charAt(i) == '\n') {
                line++;
                lineStart = i + 1;
            }
        }
    }

    private Token word(char c) {
        int start = at;
        if (c == '"') {
            at++;
            return token(Kind.STRING, quoted(start), start);
        }
        if (c == '\'') {
            at++;
            return token(Kind.CHARACTER, character(start), start);
        }
        if (isNamePart(c) || c == '.') {
            while (isNamePart(peek(0)) || peek(0) == '.' || peek(0) == '$' || peek(0) == '@') {
                at++;
            }
            return token(c >= '0' && c <= '9' ? Kind.NUMBER : Kind.NAME, text.substring(start, at), start);
        }
        if (c < ' ' || c > '~') {
            throw mistake(start, "character U+%04X can stand only in comments and strings".formatted((int) c));
        }
        at += TWO_CHARACTER_SIGNS.contains("" + c + peek(1)) ? 2 : 1;
        return token(Kind.SIGN, text.substring(start, at), start);
    }

    private static boolean isNamePart(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_';
    }

    private String quoted(int start) {
        StringBuilder bytes = new StringBuilder();
        while (peek(0) != '"') {
            bytes.append(element(start, "this string has no end: close it with \""));
        }
        at++;
        return bytes.toString();
    }

    /** GNU as lets the closing quote be left out. */
    private String character(int start) {
        String bytes = element(start, "a character must follow the quote, as in 'a'");
        if (bytes.length() != 1) {
            throw mistake(start, "a character constant is one byte, and this one has " + bytes.length());
        }
        at += peek(0) == '\'' ? 1 : 0;
        return bytes;
    }

    /** Reads a character or an escape sequence of a string; returns its bytes, each as one {@code char}. */
    private String element(int start, String unless) {
        if (atEnd() || peek(0) == '\n') {
            throw mistake(start, unless);
        }
        int from = at;
        int point = text.codePointAt(at);
        at += Character.charCount(point);
        if (point != '\\') {
            byte[] utf8 = Character.toString(point).getBytes(StandardCharsets.UTF_8);
            return new String(utf8, StandardCharsets.ISO_8859_1);
        }
        char c = peek(0);
        at++;
        if (ESCAPES.indexOf(c) >= 0) {
            return String.valueOf(ESCAPED.charAt(ESCAPES.indexOf(c)));
        }
        int value = switch (c) {
            case 'x', 'X' -> digits(16, Integer.MAX_VALUE, from); // as many as there are; the last two count
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                at--;
                yield digits(8, 3, from);
            }
            default ->
                throw mistake(
                        from, "unknown escape: there are \\n \\t \\r \\b \\f \\\\ \\\" \\' \\0 (octal) and \\x41");
        };
        return String.valueOf((char) value);
    }

    private int digits(int radix, int most, int from) {
        int value = 0;
        int start = at;
        while (at - start < most && Character.digit(peek(0), radix) >= 0) {
            value = value * radix + Character.digit(peek(0), radix) & (radix == 16 ? 0xFF : 0x1FF);
            at++;
        }
        if (at == start || value > 0xFF) {
            throw mistake(from, "an escaped byte is \\x00 to \\xff, or \\0 to \\377 in octal");
        }
        return value;
    }

    private char peek(int ahead) {
        return at + ahead < text.length() ? text.charAt(at + ahead) : 0;
    }

    private Token token(Kind kind, String word, int start) {
        return new Token(kind, word, line, start - lineStart + 1, start);
    }

    private Mistake mistake(int start, String message) {
        return token(Kind.END, "", start).mistake(message);
    }
}
