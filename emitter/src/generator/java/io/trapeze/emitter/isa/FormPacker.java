// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Packs a table's forms in the way that {@link PackedForms} reads them. */
public final class FormPacker {
    /** The name of the file, in the package of the table. */
    public static final String RESOURCE = PackedForms.RESOURCE;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    private FormPacker() {}

    /** Returns the content of the file. */
    public static byte[] pack(InstructionTable table) throws IOException {
        FormPacker packer = new FormPacker();
        packer.write(table.forms());
        return packer.bytes.toByteArray();
    }

    private void write(List<Form> forms) throws IOException {
        List<OperandSpec> operands = forms.stream()
                .flatMap(form -> form.operands().stream())
                .distinct()
                .toList();
        out.writeShort(operands.size());
        for (OperandSpec operand : operands) {
            out.writeByte(operand.kind().ordinal());
            out.writeByte(operand.broadcastBits());
            out.writeByte(operand.marks().stream()
                    .mapToInt(mark -> 1 << mark.ordinal())
                    .sum());
            out.writeByte(operand.access().ordinal());
        }
        out.writeShort(forms.size());
        for (Form form : forms) {
            write(form, operands);
        }
    }

    private void write(Form form, List<OperandSpec> operands) throws IOException {
        words(form.names());
        out.writeByte(form.operands().size());
        for (OperandSpec operand : form.operands()) {
            out.writeShort(operands.indexOf(operand));
        }
        write(form.encoding());
        text(form.encodingText());
        out.writeByte(form.opEn().ordinal());
        out.writeByte(form.displacementUnit());
        out.writeBoolean(form.lockable());
        out.writeBoolean(form.segmentable());
        text(form.printedName().orElse(""));
        words(new TreeSet<>(form.features())); // in one order, so that every build makes the same file
        out.writeShort(form.line());
    }

    private void write(Encoding encoding) throws IOException {
        out.writeByte(encoding.prefixing().ordinal());
        out.writeBoolean(encoding.operandSize16());
        out.writeBoolean(encoding.addressSize32());
        out.writeByte(encoding.mandatory());
        out.writeByte(encoding.map());
        out.writeByte(encoding.opcode());
        number(encoding.fixedModRm());
        number(encoding.digit());
        out.writeBoolean(encoding.w());
        out.writeByte(encoding.length());
        out.writeBoolean(encoding.modRm());
        out.writeBoolean(encoding.opcodeRegister());
        out.writeByte(encoding.immediateBytes());
    }

    private void number(Optional<Integer> number) throws IOException {
        out.writeShort(number.orElse(PackedForms.NONE));
    }

    private void words(Collection<String> words) throws IOException {
        text(String.join(" ", words));
    }

    private void text(String text) throws IOException {
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        out.writeByte(ascii.length);
        out.write(ascii);
    }
}
