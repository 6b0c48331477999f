// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.text;

import io.trapeze.emitter.Assembler;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Reads the statements that begin with a dot: data, alignment, names. */
final class Directives {
    /** The most bytes that one source may make. */
    private static final int LARGEST_CODE = 1 << 26;

    private static final List<String> ALL = List.of(
            ".byte",
            ".short",
            ".value",
            ".word",
            ".hword",
            ".2byte",
            ".int",
            ".long",
            ".4byte",
            ".quad",
            ".8byte",
            ".float",
            ".single",
            ".double",
            ".ascii",
            ".asciz",
            ".string",
            ".align",
            ".balign",
            ".p2align",
            ".skip",
            ".space",
            ".zero",
            ".globl",
            ".global",
            ".extern",
            ".equ",
            ".set",
            ".intel_syntax",
            ".text",
            ".section",
            ".size",
            ".type",
            ".file",
            ".ident",
            ".code64");

    private static final Set<String> CONSTANTS = Set.of(".equ", ".set");
    private static final Set<String> GLOBALS = Set.of(".globl", ".global");

    private final Assembler assembler;
    private final Names names;
    private final Expressions expressions;
    private long padding;

    Directives(Assembler assembler, Names names, Expressions expressions) {
        this.assembler = assembler;
        this.names = names;
        this.expressions = expressions;
    }

    /** Notes what a directive defines, in the first reading. */
    void note(Words words) {
        String directive = words.peek().word();
        boolean external = directive.equals(".extern");
        if (CONSTANTS.contains(directive) || GLOBALS.contains(directive) || external) {
            do {
                words.take();
                Token name = words.peek();
                if (CONSTANTS.contains(directive)) {
                    names.noteConstant(name);
                    return;
                }
                if (external) {
                    names.noteExternal(name);
                } else {
                    names.noteGlobal(name);
                }
                words.take();
            } while (words.peek().is(","));
        }
    }

    /** Reads a directive; returns whether the layout chooses its size. */
    boolean read(Token directive, Words words) {
        switch (directive.word()) {
            case ".byte" -> numbers(words, 1);
            case ".short", ".value", ".word", ".hword", ".2byte" -> numbers(words, 2);
            case ".int", ".long", ".4byte" -> numbers(words, 4);
            case ".quad", ".8byte" -> numbers(words, 8);
            case ".float", ".single" -> reals(words, 4);
            case ".double" -> reals(words, 8);
            case ".ascii" -> strings(words, "");
            case ".asciz", ".string" -> strings(words, "\0");
            case ".align", ".balign" -> {
                return align(directive, words, false);
            }
            case ".p2align" -> {
                return align(directive, words, true);
            }
            case ".skip", ".space", ".zero" -> skip(words);
            case ".globl", ".global" -> listed(words, true);
            case ".extern" -> listed(words, false);
            case ".equ", ".set" -> {
                Token name = words.takeName("the name of a constant");
                words.expect(",", "behind the name");
                set(name, words);
            }
            case ".intel_syntax" -> {
                if (!words.atEnd() && !words.take().word().equals("noprefix")) {
                    throw new Mistake(directive, "registers are written without a prefix here: .intel_syntax noprefix");
                }
            }
            case ".section" -> section(words);
            case ".text", ".code64" -> {
                // the only one there is
            }
            case ".size", ".type", ".file", ".ident" -> words.skipRest();
            case ".att_syntax" ->
                throw new Mistake(directive, "AT&T syntax is not read here: write Intel's, the destination first");
            case ".data", ".bss" -> throw oneSection(directive);
            default ->
                throw new Mistake(
                        directive, "unknown directive " + directive.shown() + Spelling.hint(directive.word(), ALL));
        }
        return false;
    }

    void set(Token name, Words words) {
        names.set(name, expressions.read(words));
    }

    private void section(Words words) {
        Token name = words.peek();
        boolean note = name.word().startsWith(".note");
        if (!name.word().startsWith(".text") && !note) {
            throw oneSection(name);
        }
        words.skipRest();
    }

    private static Mistake oneSection(Token at) {
        return new Mistake(
                at,
                "code has one section, .text: put constants behind the code, and what is written to on the"
                        + " stack or in memory that an argument points to");
    }

    private void listed(Words words, boolean global) {
        do {
            Token name = words.takeName("a name");
            if (global) {
                names.requireDefined(name);
            }
        } while (words.accept(","));
    }

    // ---- data -------------------------------------------------------------------------------------------------------

    private void numbers(Words words, int bytes) {
        do {
            Token start = words.peek();
            Value value = expressions.read(words);
            if (value.isConstant()) {
                number(start, value.constant(), bytes);
            } else if (value.isDistance() && bytes >= Integer.BYTES) {
                append(new byte[bytes], start);
                assembler.endWithDistance(
                        bytes, value.minus().get(0), value.plus().get(0), value.constant());
            } else if (value.isPlace() && value.plus().get(0).external() && bytes == 8 && value.constant() == 0) {
                assembler.dq(value.plus().get(0));
            } else {
                throw new Mistake(
                        start,
                        bytes < Integer.BYTES && value.isDistance()
                                ? "this distance is known only when the code is laid out: it takes .long or .quad"
                                : "data is a number, the distance between two labels as in end - start, or in .quad the name of an"
                                        + " .extern symbol: code does not know where it will be mapped");
            }
        } while (words.accept(","));
    }

    private void number(Token start, long value, int bytes) {
        int bits = 8 * bytes;
        if (bits < 64 && value >> bits != 0 && value >> bits - 1 != -1) {
            throw new Mistake(
                    start,
                    value + " does not fit in " + bytes + " byte" + (bytes > 1 ? "s" : "") + ": it must be in "
                            + (-1L << bits - 1) + " … " + ((1L << bits) - 1));
        }
        byte[] data = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            data[i] = (byte) (value >> 8 * i);
        }
        append(data, start);
    }

    private void reals(Words words, int bytes) {
        do {
            Token start = words.peek();
            StringBuilder text = new StringBuilder();
            while (!words.atEnd() && !words.peek().is(",")) {
                text.append(words.take().text());
            }
            try {
                double value = Double.parseDouble(text.toString());
                float single = Float.parseFloat(text.toString()); // not by way of double: it would be rounded twice
                number(start, bytes == 4 ? Float.floatToRawIntBits(single) : Double.doubleToRawLongBits(value), bytes);
            } catch (NumberFormatException e) {
                throw new Mistake(
                        start, "'" + Token.shortened(text.toString()) + "' is no number such as 1.5 or -2e-3");
            }
        } while (words.accept(","));
    }

    private void strings(Words words, String end) {
        do {
            Token string = words.take();
            if (string.kind() != Token.Kind.STRING) {
                throw new Mistake(string, "expected a string in double quotes, found " + string.shown());
            }
            append((string.text() + end).getBytes(StandardCharsets.ISO_8859_1), string);
        } while (words.accept(","));
    }

    private void skip(Words words) {
        Token start = words.peek();
        long bytes = expressions.number(words, "the number of bytes");
        byte fill = words.accept(",") ? (byte) expressions.number(words, "the byte to fill with") : 0;
        if (bytes < 0 || bytes > LARGEST_CODE) {
            throw new Mistake(start, bytes + " bytes: it must be 0 to " + LARGEST_CODE);
        }
        requireRoom(start, bytes);
        byte[] data = new byte[(int) bytes];
        Arrays.fill(data, fill);
        append(data, start);
    }

    private void append(byte[] data, Token at) {
        requireRoom(at, data.length);
        if (data.length > 0) {
            assembler.db(data);
        }
    }

    private void requireRoom(Token at, long bytes) {
        if (assembler.sizeSoFar() + padding + bytes > LARGEST_CODE) {
            throw new Mistake(at, "this makes more than " + LARGEST_CODE + " bytes, the most that one source may");
        }
    }

    private boolean align(Token directive, Words words, boolean power) {
        Token start = words.peek();
        long number = expressions.number(words, "an alignment");
        long bytes = power ? (number < 0 || number > 12 ? -1 : 1L << number) : number;
        if (Long.bitCount(bytes) != 1 || bytes < 0 || bytes > 4096) {
            throw new Mistake(
                    start,
                    power
                            ? ".p2align takes 0 to 12, the power of two to align to; found " + number
                            : directive.text() + " takes a power of two from 1 to 4096; found " + number);
        }
        if (words.accept(",") && !words.peek().is(",") && expressions.number(words, "the byte to pad with") != 0x90) {
            throw new Mistake(start, "padding is nops: leave the byte to pad with out");
        }
        if (words.accept(",") && expressions.number(words, "the most bytes to pad with") < bytes - 1) {
            throw new Mistake(start, "padding has as many bytes as it takes: leave the most out");
        }
        requireRoom(start, bytes);
        padding += bytes;
        assembler.align((int) bytes);
        return true;
    }
}
