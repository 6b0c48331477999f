// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.Relocation;
import io.trapeze.emitter.decode.DecodedInstruction;
import io.trapeze.emitter.decode.Fields;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A blob as {@code trapeze emit --format json} shows it.
 *
 * @param name the blob's name
 * @param abi name of the convention it was emitted for, if it was emitted for one
 * @param size in bytes
 * @param bytes the machine code in hexadecimal; relocated places hold 0
 * @param symbols offsets by name
 * @param relocations places to be filled in
 * @param instructions all lines in order
 */
record EmittedCode(
        String name,
        Optional<String> abi,
        int size,
        String bytes,
        Map<String, Integer> symbols,
        List<Relocation> relocations,
        List<Line> instructions) {

    /**
     * An instruction, data or padding.
     *
     * @param offset from the blob's start, in bytes
     * @param text Intel syntax
     * @param reason why the generator put it there; may be empty
     * @param rule the rule of the ABI that it serves; may be empty
     * @param fields the bytes of each field that it has, in hexadecimal, in the order they stand; empty for data
     */
    record Line(int offset, String bytes, String text, String reason, String rule, Map<String, String> fields) {}

    static EmittedCode of(CodeBlob blob, Optional<String> abi) {
        return new EmittedCode(
                blob.name(), abi, blob.size(), hex(blob.bytes()), blob.symbols(), blob.relocations(), lines(blob));
    }

    /** Returns the lines of a blob, in order. */
    static List<Line> lines(CodeBlob blob) {
        return blob.instructions().stream().map(EmittedCode::line).toList();
    }

    private static Line line(Instruction instruction) {
        return new Line(
                instruction.offset(),
                hex(instruction.bytes()),
                instruction.text(),
                instruction.reason(),
                instruction.rule(),
                instruction
                        .decoded()
                        .map(DecodedInstruction::fields)
                        .map(fields -> split(fields, instruction.bytes()))
                        .orElse(Map.of()));
    }

    private static Map<String, String> split(Fields fields, byte[] bytes) {
        String extension = switch (fields.extension()) {
            case 1 -> "rex";
            case 2, 3 -> "vex";
            default -> "evex";
        };
        Map<String, Integer> lengths = new LinkedHashMap<>();
        lengths.put("prefixes", fields.prefixes());
        lengths.put(extension, fields.extension());
        lengths.put("opcode", fields.opcode());
        lengths.put("modrm", fields.modRm());
        lengths.put("sib", fields.sib());
        lengths.put("displacement", fields.displacement());
        lengths.put("immediate", fields.immediate());
        Map<String, String> split = new LinkedHashMap<>();
        int start = 0;
        for (Map.Entry<String, Integer> field : lengths.entrySet()) {
            int end = start + field.getValue();
            if (end > start) {
                split.put(field.getKey(), hex(Arrays.copyOfRange(bytes, start, end)));
            }
            start = end;
        }
        return split;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
