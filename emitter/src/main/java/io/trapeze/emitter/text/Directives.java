// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.text;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.encoding.LittleEndian;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Reads the statements that begin with a dot: data, alignment, names. */
final class Directives {
    private static final Pattern REAL = Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");

    /** The most bytes that one source may make. */
    private static final int LARGEST_CODE = 1 << 26;

    private final Assembler assembler;
    private final Names names;
    private final Expressions expressions;
    private final Consumer<Token> onGap;
    private final Map<String, Consumer<Words>> readers = new HashMap<>();
    /** What alignment may add, less what stood there before the source: with the size so far the most that the source has. */
    private long padding;

    /**
     * Makes a reader.
     *
     * @param onGap is told of each alignment, whose size the layout decides
     */
    Directives(Assembler assembler, Names names, Expressions expressions, Consumer<Token> onGap) {
        this.assembler = assembler;
        this.padding = -assembler.sizeSoFar();
        this.names = names;
        this.expressions = expressions;
        this.onGap = onGap;
        addList(words -> number(words, 1), ".byte");
        addList(words -> number(words, 2), ".short", ".value", ".word", ".hword", ".2byte");
        addList(words -> number(words, 4), ".int", ".long", ".4byte");
        addList(words -> number(words, 8), ".quad", ".8byte");
        addList(words -> real(words, 4), ".float", ".single");
        addList(words -> real(words, 8), ".double");
        addList(words -> string(words, ""), ".ascii");
        addList(words -> string(words, "\0"), ".asciz", ".string");
        add(words -> align(words, false), ".align", ".balign");
        add(words -> align(words, true), ".p2align");
        add(this::skip, ".skip", ".space", ".zero");
        addList(words -> names.requireDefined(words.takeName("a name")), ".globl", ".global");
        addList(words -> words.takeName("a name"), ".extern");
        add(words -> define(words, ","), ".equ", ".set");
        add(this::section, ".section", ".data", ".bss");
        add(Directives::syntax, ".intel_syntax", ".att_syntax");
        add(Words::skipRest, ".text", ".code64", ".size", ".type", ".file", ".ident");
    }

    private void add(Consumer<Words> reader, String... directives) {
        Arrays.stream(directives).forEach(directive -> readers.put(directive, reader));
    }

    /** Adds directives that take one thing or several, with commas between them. */
    private void addList(Consumer<Words> reader, String... directives) {
        add(words -> words.list(() -> reader.accept(words)), directives);
    }

    /** Notes what a directive defines, in the first reading. */
    void note(Words words) {
        switch (words.take().word()) {
            case ".equ", ".set" -> names.note(words.take(), Names.Sort.CONSTANT);
            case ".extern" -> words.list(() -> names.note(words.takeName("a name"), Names.Sort.EXTERNAL));
            case ".globl", ".global" -> words.list(() -> names.noteGlobal(words.takeName("a name")));
            default -> words.skipRest(); // defines nothing
        }
    }

    /** Reads a directive, whose name stands first. */
    void read(Words words) {
        Token name = words.peek();
        Consumer<Words> reader = name.word().startsWith(".cfi_") ? Words::skipRest : readers.get(name.word());
        if (reader == null) {
            throw name.mistake("unknown directive " + name.shown() + Spelling.hint(name.word(), readers.keySet())
                    + "; there are " + String.join(" ", new TreeSet<>(readers.keySet())));
        }
        words.take();
        reader.accept(words);
    }

    /** Reads a name, a sign and the value that the name is to have. */
    void define(Words words, String sign) {
        Token name = words.takeName("the name of a constant");
        words.expect(sign, "behind the name");
        names.set(name, expressions.read(words));
    }

    private static void syntax(Words words) {
        boolean intel = words.before().word().equals(".intel_syntax");
        if (!intel || !words.atEnd() && !words.take().word().equals("noprefix")) {
            throw words.before().mistake("what is read here is .intel_syntax noprefix: the destination first, no %");
        }
    }

    private void section(Words words) {
        boolean named = words.before().word().equals(".section");
        Token name = named ? words.peek() : words.before();
        if (!name.word().matches("\\.(text|note).*")) {
            throw name.mistake(
                    "code has one section, .text: constants stand behind the code, what is written to on the stack");
        }
        words.skipRest();
    }

    // ---- data -------------------------------------------------------------------------------------------------------

    private void number(Words words, int bytes) {
        Token start = words.peek();
        Value value = expressions.read(words);
        if (value.isConstant()) {
            number(start, value.constant(), bytes);
        } else if (value.isDistance()) {
            append(start, new byte[bytes]);
            names.endWithDistance(start, bytes, value);
        } else if (bytes == 8 && value.isPlace() && value.plus().get(0).external() && value.constant() == 0) {
            assembler.dq(value.plus().get(0));
        } else {
            throw start.mistake("data is a number, in .quad the name of an .extern symbol, or the distance of two"
                    + " labels as in end - start; code has no fixed address");
        }
    }

    private void number(Token start, long value, int bytes) {
        int bits = 8 * bytes;
        if (!LittleEndian.fits(value, bytes)) {
            throw start.mistake(value + " does not fit in " + bytes + " byte" + (bytes > 1 ? "s" : "")
                    + ": it must be in " + (-1L << bits - 1) + " … " + ((1L << bits) - 1));
        }
        byte[] data = new byte[bytes];
        LittleEndian.put(data, 0, value, bytes);
        append(start, data);
    }

    private void real(Words words, int bytes) {
        Token start = words.peek();
        StringBuilder text = new StringBuilder();
        while (!words.atEnd() && !words.peek().is(",")) {
            text.append(words.take().text());
        }
        String decimal = REAL.matcher(text).matches() ? text.toString() : "NaN";
        double value = Double.parseDouble(decimal);
        float single = Float.parseFloat(decimal); // not by way of double: it would be rounded twice
        if (!Double.isFinite(bytes == 4 ? single : value)) {
            throw start.mistake("'" + Token.shortened(text.toString()) + "' is no number such as 1.5 or -2e-3 of "
                    + 8 * bytes + " bits");
        }
        number(start, bytes == 4 ? Float.floatToRawIntBits(single) : Double.doubleToRawLongBits(value), bytes);
    }

    private void string(Words words, String end) {
        Token string = words.take();
        if (string.kind() != Token.Kind.STRING) {
            throw string.mistake("expected a string in double quotes, found " + string.shown());
        }
        StringBuilder text = new StringBuilder(string.text());
        while (words.peek().kind() == Token.Kind.STRING) {
            text.append(words.take().text());
        }
        append(string, text.append(end).toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    private void skip(Words words) {
        Token start = words.peek();
        long bytes = expressions.number(words, "the number of bytes");
        byte fill = words.accept(",") ? (byte) expressions.number(words, "the byte to fill with") : 0;
        requireRoom(start, bytes);
        byte[] data = new byte[(int) bytes];
        Arrays.fill(data, fill);
        append(start, data);
    }

    private void append(Token at, byte[] data) {
        requireRoom(at, data.length);
        if (data.length > 0) {
            assembler.db(data);
        }
    }

    private void requireRoom(Token at, long bytes) {
        if (bytes < 0 || bytes > LARGEST_CODE - assembler.sizeSoFar() - padding) {
            throw at.mistake(bytes + " bytes: it must be 0 to " + LARGEST_CODE + ", the most that one source may make");
        }
    }

    private void align(Words words, boolean power) {
        Token start = words.peek();
        long number = expressions.number(words, "an alignment");
        long bytes = power ? (number < 0 || number > 12 ? 0 : 1L << number) : number;
        if (bytes > 4096 || Long.bitCount(bytes) != 1) {
            throw start.mistake((power ? "0 to 12, the power of two" : "a power of two from 1 to 4096")
                    + " is what it can be aligned to; found " + number);
        }
        boolean first = assembler.sizeSoFar() + padding == 0; // then there is nothing to pad
        if (words.accept(",") && !words.peek().is(",") && expressions.number(words, "padding") != 0x90 && !first) {
            throw start.mistake("padding is nops: leave the byte to pad with out");
        }
        long most = words.accept(",") ? expressions.number(words, "the most padding") : 0;
        requireRoom(start, bytes);
        padding += bytes;
        assembler.align((int) bytes, most > 0 && most < bytes ? (int) most : (int) bytes);
        onGap.accept(start);
    }
}
