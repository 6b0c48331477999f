// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

import io.trapeze.emitter.isa.Encoding.Prefixing;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The table's forms as the build packs them: checked, and quick to read.
 *
 * <p>First come the operands that occur, each once, then the forms, which name them by number. Enumerations are stored by
 * ordinal, for a file is read by what it was built with.
 */
final class PackedForms {
    static final String RESOURCE = "x86-64.forms";
    /** In the place of a number that a form does not have. */
    static final int NONE = -1;

    private final ByteBuffer in;

    PackedForms(byte[] packed) {
        this.in = ByteBuffer.wrap(packed);
    }

    List<Form> read() {
        OperandSpec[] operands = new OperandSpec[in.getShort()];
        for (int i = 0; i < operands.length; i++) {
            operands[i] = operand();
        }
        int count = in.getShort();
        List<Form> forms = new ArrayList<>(count);
        for (int id = 0; id < count; id++) {
            forms.add(form(id, operands));
        }
        return forms;
    }

    private OperandSpec operand() {
        OperandKind kind = OperandKind.values()[in.get()];
        int broadcastBits = in.get();
        int bits = in.get();
        Set<Mark> marks = EnumSet.allOf(Mark.class);
        marks.removeIf(mark -> (bits >> mark.ordinal() & 1) == 0);
        return new OperandSpec(kind, broadcastBits, Collections.unmodifiableSet(marks), Access.values()[in.get()]);
    }

    private Form form(int id, OperandSpec... known) {
        List<String> names = words();
        OperandSpec[] operands = new OperandSpec[in.get()];
        for (int i = 0; i < operands.length; i++) {
            operands[i] = known[in.getShort()];
        }
        return new Form(
                id,
                names,
                List.of(operands),
                encoding(),
                text(),
                OpEn.values()[in.get()],
                in.get(),
                flag(),
                flag(),
                Optional.of(text()).filter(name -> !name.isEmpty()),
                Set.copyOf(words()),
                in.getShort());
    }

    private Encoding encoding() {
        return new Encoding(
                Prefixing.values()[in.get()],
                flag(),
                flag(),
                in.get(),
                in.get(),
                in.get() & 0xFF,
                number(),
                number(),
                flag(),
                in.get(),
                flag(),
                flag(),
                in.get());
    }

    private Optional<Integer> number() {
        return Optional.of((int) in.getShort()).filter(number -> number != NONE);
    }

    private boolean flag() {
        return in.get() != 0;
    }

    private List<String> words() {
        String text = text();
        return text.isEmpty() ? List.of() : List.of(text.split(" "));
    }

    private String text() {
        int bytes = in.get();
        String text = new String(in.array(), in.position(), bytes, StandardCharsets.US_ASCII);
        in.position(in.position() + bytes);
        return text;
    }
}
