// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.decode.DecodedInstruction;
import io.trapeze.emitter.decode.Decoder;
import io.trapeze.emitter.isa.Form;
import java.util.Optional;

/**
 * One line of a blob: an instruction, data or padding.
 *
 * @param offset bytes from the blob's start
 * @param bytes the machine code
 * @param form the form it is an instance of; empty for data and padding
 * @param padding whether it is padding
 * @param target the label that a branch or a rip-relative operand names
 * @param reason why the generator put it there; empty if it did not say
 * @param rule the rule of the ABI description it serves; empty if it did not say
 */
public record Instruction(
        int offset,
        byte[] bytes,
        Optional<Form> form,
        boolean padding,
        Optional<Target> target,
        String reason,
        String rule) {

    /**
     * What a label stands for.
     *
     * @param name the label's name
     * @param offset bytes from the blob's start; −1 for an external symbol
     * @param external whether it is defined elsewhere
     * @param addend bytes added to the label's place, as in {@code [rip + table + 0x8]}
     */
    public record Target(String name, int offset, boolean external, int addend) {}

    /** Returns a copy of the machine code. */
    @Override
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Returns the size in bytes. */
    public int size() {
        return bytes.length;
    }

    /** Returns the fields and operands, read back from the bytes; empty for data and padding. */
    public Optional<DecodedInstruction> decoded() {
        return form.map(f -> Decoder.decodeAs(f, bytes));
    }

    /**
     * Returns the Intel syntax, labels by name: text that GNU as ({@code .intel_syntax noprefix}) turns into the same bytes.
     * Data and padding are {@code .byte} and {@code .quad} directives.
     */
    public String text() {
        return IntelSyntax.text(this, IntelSyntax.Targets.BY_NAME);
    }

    /**
     * Returns the Intel syntax as a disassembler prints it: branch targets as offsets from the blob's start, padding as the
     * {@code nop} it is.
     */
    public String textWithOffsets() {
        return IntelSyntax.text(this, IntelSyntax.Targets.BY_OFFSET);
    }

    @Override
    public String toString() {
        return "%x: %s".formatted(offset, text());
    }
}
