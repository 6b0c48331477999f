// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.Emission;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.decode.DecodedInstruction;
import io.trapeze.emitter.decode.FormDecoder;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.Guard;
import io.trapeze.emitter.isa.Mark;
import io.trapeze.emitter.operand.Decoration;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Register;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Encodes elements of shapes through the typed methods, and decodes each again.
 *
 * <p>Their text is put together from the texts of the operands. Of every {@value #CHECKED}th it is compared with what a
 * listing prints.
 */
final class Generator {
    private static final int CHECKED = 64;
    private static final byte[] COMMA = ascii(", ");
    private static final byte[] END = ascii("\n");

    private final TypedMethods methods = new TypedMethods();
    private final Emission emission = new Emission(true);
    private final Emission unrecorded = new Emission(false);
    private final Batch batch;
    private Tally tally = new Tally();

    private Shape shape;
    private byte[] mnemonic;
    private TypedMethods.Call call;
    private int[] indices;
    private Operand[] operands;

    /**
     * Makes a generator.
     *
     * @param batch takes the encodings
     */
    Generator(Batch batch) {
        this.batch = batch;
    }

    /** Notes from now on in {@code next} what comes back changed. */
    void noteIn(Tally next) {
        tally = next;
    }

    /**
     * Encodes one element, if it is possible and if the assembler takes this form for it: another may come before, and then it
     * is among that one's elements.
     */
    void add(Shape from, long number) {
        if (from != shape) {
            turnTo(from);
        }
        shape.element(number, indices);
        Decoration decoration = shape.decoration(indices);
        if (!isPossible()) {
            return;
        }
        for (int i = 0; i < operands.length; i++) {
            operands[i] = choice(i).operand();
        }
        emission.restart();
        emission.decorate(decoration);
        call.on(emission, operands);
        if (emission.form() != shape.form().id()) {
            return;
        }
        unrecorded.restart();
        unrecorded.decorate(decoration);
        call.on(unrecorded, operands);
        batch.add(shape, number, unrecorded.buffer(), unrecorded.length());
        writeText(decoration);
        checkRecorded();
        check(batch.instruction(batch.size() - 1), decoration);
    }

    private void turnTo(Shape next) {
        shape = next;
        Form form = next.form();
        mnemonic = ascii(form.operands().isEmpty() ? form.textMnemonic() : form.textMnemonic() + " ");
        indices = new int[next.axes().size() + 1];
        operands = new Operand[next.axes().size()];
        call = methods.find(
                next.mnemonic(),
                next.axes().stream()
                        .map(axis -> axis.choices().get(0).operand())
                        .toList());
    }

    private Choice choice(int operand) {
        return shape.axes().get(operand).choices().get(indices[operand]);
    }

    /** Whether the operands can stand together: {@code ah} to {@code bh} with nothing that needs a REX prefix. */
    private boolean isPossible() {
        boolean needsRex = shape.form().encoding().w();
        boolean forbidsRex = false;
        for (int i = 0; i < operands.length; i++) {
            needsRex |= choice(i).needsRex();
            forbidsRex |= choice(i).forbidsRex();
        }
        return !(needsRex && forbidsRex);
    }

    private void writeText(Decoration decoration) {
        if (decoration.bits() != 0) {
            batch.write(ascii(decoration.prefix()));
        }
        batch.write(mnemonic);
        for (int i = 0; i < operands.length; i++) {
            if (i > 0) {
                batch.write(COMMA);
            }
            batch.write(choice(i).text());
            if (decoration.bits() != 0) {
                writeMarks(shape.form().operands().get(i).marks(), decoration);
            }
        }
        batch.write(END);
    }

    private void writeMarks(Set<Mark> marks, Decoration decoration) {
        if (marks.contains(Mark.K)) {
            batch.write(ascii(decoration.mask()));
        }
        if (decoration.rounds() && (marks.contains(Mark.ER) || marks.contains(Mark.SAE))) {
            batch.write(COMMA);
            batch.write(ascii(decoration.rounding()));
        }
    }

    /** What is recorded is written by other code than what is not, and has to be the same: the assemblers get the latter. */
    private void checkRecorded() {
        boolean same =
                Arrays.equals(emission.buffer(), 0, emission.length(), unrecorded.buffer(), 0, unrecorded.length());
        if (!same) {
            tally.fail(Tally.DECODED, shape.form(), "'%s' is encoded otherwise when it is recorded".formatted(text()));
        }
    }

    private void check(Instruction instruction, Decoration decoration) {
        DecodedInstruction decoded = FormDecoder.decode(shape.form(), instruction.bytes());
        if (!decoded.decoration().equals(decoration) || !sameOperands(decoded, operands)) {
            tally.fail(Tally.DECODED, shape.form(), "'%s' came back as %s".formatted(text(), decoded));
        }
        RoundTrip.complaint(decoded, instruction.bytes())
                .ifPresent(complaint -> tally.fail(Tally.DECODED, shape.form(), complaint));
        if (batch.size() % CHECKED == 0) {
            tally.count(Tally.TEXTS, 1);
            if (!text().equals(instruction.text())) {
                tally.fail(
                        Tally.TEXTS,
                        shape.form(),
                        "'%s', but a listing prints '%s'".formatted(text(), instruction.text()));
            }
        }
    }

    private String text() {
        return batch.text(batch.size() - 1);
    }

    /** Immediates are the same if the bits that are encoded are; an exchange may have its operands in either order. */
    static boolean sameOperands(DecodedInstruction decoded, Operand... operands) {
        List<Operand> back = decoded.operands();
        boolean same = back.size() == operands.length;
        for (int i = 0; i < operands.length && same; i++) {
            same = operands[i] instanceof Immediate expected && back.get(i) instanceof Immediate actual
                    ? sameBits(decoded.form(), i, expected.value(), actual.value())
                    : operands[i].equals(back.get(i));
        }
        return same
                || decoded.form().mnemonic().equals("xchg")
                        && operands[0] instanceof Register
                        && Set.copyOf(back).equals(Set.of(operands));
    }

    private static boolean sameBits(Form form, int operand, long expected, long actual) {
        int bytes = form.operands().get(operand).kind().immediateBytes();
        int bits = Guard.of(form, operand) == Guard.NONE ? 8 * bytes : form.operandBits();
        return expected << 64 - bits == actual << 64 - bits;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
