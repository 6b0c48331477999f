// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.decode.DecodedInstruction;
import io.trapeze.emitter.decode.Decoder;
import io.trapeze.emitter.isa.Form;
import java.util.HexFormat;
import java.util.Optional;

/** What the decoder, which is told nothing, makes of an encoding whose form is known. */
final class RoundTrip {
    private RoundTrip() {}

    /**
     * Returns what is wrong with the decoder's reading; empty if nothing is.
     *
     * <p>Of several forms with the same bytes the decoder may name another one than the encoder took. Then the texts must be
     * the same, as {@link Disassembly#normal} writes them; otherwise operands and fields must be.
     *
     * @param expected what the bytes are, read as the form that the encoder took
     * @param bytes the encoding, and nothing else
     */
    static Optional<String> complaint(DecodedInstruction expected, byte[] bytes) {
        Form form = expected.form();
        Optional<DecodedInstruction> decoded = Decoder.decode(bytes, 0);
        if (decoded.isEmpty()) {
            return Optional.of(HexFormat.of().formatHex(bytes) + ", '" + form + "', is not decoded");
        }
        DecodedInstruction actual = decoded.get();
        boolean same = actual.form().equals(form)
                ? actual.equals(expected)
                : actual.fields().length() == bytes.length
                        && text(actual.form(), bytes).equals(text(form, bytes));
        return same
                ? Optional.empty()
                : Optional.of(HexFormat.of().formatHex(bytes) + ", '" + form + "', came back as " + actual + ", not "
                        + expected);
    }

    private static String text(Form form, byte[] bytes) {
        Instruction instruction = new Instruction(0, bytes, Optional.of(form), false, Optional.empty(), "", "");
        return Disassembly.normal(instruction.textWithOffsets());
    }
}
