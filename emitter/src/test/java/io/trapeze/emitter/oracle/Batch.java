// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.isa.Form;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** Many encodings one after another, with the text of each, in buffers that serve again and again. */
final class Batch {
    private Shape[] shapes = new Shape[1024];
    private long[] numbers = new long[1024];
    private int[] codeEnds = new int[1024];
    private int[] textEnds = new int[1024];
    private byte[] code = new byte[16 * 1024];
    private byte[] text = new byte[64 * 1024];
    private int size;

    void clear() {
        size = 0;
    }

    /** Appends an encoding: the first {@code length} bytes of {@code bytes}. Its text follows, by {@link #write}. */
    void add(Shape shape, long number, byte[] bytes, int length) {
        if (size == shapes.length) {
            shapes = Arrays.copyOf(shapes, size * 2);
            numbers = Arrays.copyOf(numbers, size * 2);
            codeEnds = Arrays.copyOf(codeEnds, size * 2);
            textEnds = Arrays.copyOf(textEnds, size * 2);
        }
        int start = codeStart(size);
        if (start + length > code.length) {
            code = Arrays.copyOf(code, code.length * 2);
        }
        System.arraycopy(bytes, 0, code, start, length);
        shapes[size] = shape;
        numbers[size] = number;
        codeEnds[size] = start + length;
        textEnds[size] = textStart(size);
        size++;
    }

    /** Appends one of another batch. */
    void add(Batch other, int i) {
        byte[] bytes = other.code(i);
        add(other.shapes[i], other.numbers[i], bytes, bytes.length);
        write(Arrays.copyOfRange(other.text, other.textStart(i), other.textEnds[i]));
    }

    /** Appends to the text of the last encoding. */
    void write(byte[] piece) {
        int end = textEnds[size - 1];
        if (end + piece.length > text.length) {
            text = Arrays.copyOf(text, text.length * 2);
        }
        System.arraycopy(piece, 0, text, end, piece.length);
        textEnds[size - 1] = end + piece.length;
    }

    int size() {
        return size;
    }

    private int codeStart(int i) {
        return i == 0 ? 0 : codeEnds[i - 1];
    }

    private int textStart(int i) {
        return i == 0 ? 0 : textEnds[i - 1];
    }

    /** Returns the machine code of all. */
    byte[] code() {
        return Arrays.copyOf(code, codeStart(size));
    }

    /** Returns the machine code of one. */
    byte[] code(int i) {
        return Arrays.copyOfRange(code, codeStart(i), codeEnds[i]);
    }

    /** Returns the buffer that begins with the lines of all. */
    byte[] textBuffer() {
        return text;
    }

    /** Returns how many bytes the lines of all take. */
    int textLength() {
        return textStart(size);
    }

    /** Returns the line of one, without its end. */
    String text(int i) {
        return new String(text, textStart(i), textEnds[i] - textStart(i) - 1, StandardCharsets.US_ASCII);
    }

    Form form(int i) {
        return shapes[i].form();
    }

    Sample sample(int i) {
        return shapes[i].sample(numbers[i]);
    }

    /** Returns one as an instruction of a blob. */
    Instruction instruction(int i) {
        return new Instruction(codeStart(i), code(i), Optional.of(form(i)), false, Optional.empty(), "", "");
    }
}
