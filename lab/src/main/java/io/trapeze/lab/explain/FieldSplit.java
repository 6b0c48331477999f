// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.decode.DecodedInstruction;
import io.trapeze.emitter.decode.Fields;
import io.trapeze.emitter.isa.Encoding;
import io.trapeze.emitter.isa.OperandKind;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Registers;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Splits an instruction's bytes into the fields of the manual (SDM vol. 2, chapter 2), each bit with what it says here.
 *
 * <p>Where the fields begin is known from decoding; what their bits say is read from the bits, and named by the operands.
 */
public final class FieldSplit {
    private final Instruction instruction;
    private final DecodedInstruction decoded;
    private final Encoding encoding;
    private final byte[] bytes;
    private final List<ByteField> fields = new ArrayList<>();
    private int at;

    private FieldSplit(Instruction instruction, DecodedInstruction decoded) {
        this.instruction = instruction;
        this.decoded = decoded;
        this.encoding = decoded.form().encoding();
        this.bytes = instruction.bytes();
    }

    /** Returns the fields, in the order they stand; none for data and padding. */
    public static List<ByteField> of(Instruction instruction) {
        return instruction
                .decoded()
                .map(decoded -> new FieldSplit(instruction, decoded).split())
                .orElse(List.of());
    }

    private List<ByteField> split() {
        Fields sizes = decoded.fields();
        for (int i = 0; i < sizes.prefixes(); i++) {
            field("prefix", 1, List.of(), prefix(bytes[at] & 0xFF));
        }
        extension(sizes.extension());
        opcode(sizes.opcode());
        if (sizes.modRm() > 0) {
            modRm();
        }
        if (sizes.sib() > 0) {
            sib();
        }
        if (sizes.displacement() > 0) {
            displacement(sizes.displacement());
        }
        immediates(sizes.immediate());
        return fields;
    }

    private void field(String name, int size, List<ByteField.Bits> bits, String meaning) {
        fields.add(new ByteField(name, HexFormat.of().formatHex(bytes, at, at + size), bits, meaning));
        at += size;
    }

    private String prefix(int prefix) {
        boolean mandatory = prefix == 0x66 && encoding.mandatory() == 1
                || prefix == 0xF3 && encoding.mandatory() == 2
                || prefix == 0xF2 && encoding.mandatory() == 3;
        return mandatory
                ? "belongs to the opcode"
                : switch (prefix) {
                    case 0x64 -> "addresses count from the base of fs";
                    case 0x65 -> "addresses count from the base of gs";
                    case 0x66 -> encoding.operandSize16() ? "16-bit operands" : "no effect";
                    case 0x67 -> encoding.addressSize32() ? "32-bit addresses" : "no effect";
                    case 0xF0 -> "lock: no other processor gets in between";
                    case 0xF2, 0xF3 -> "repeats, or no effect";
                    default -> "no effect";
                };
    }

    private void extension(int size) {
        switch (size) {
            case 0 -> {}
            case 1 -> field("REX", 1, ExtensionBits.rex(bytes[at]), rex(bytes[at]));
            case 4 -> field("EVEX", size, ExtensionBits.evex(bytes, at), vector());
            default -> field("VEX", size, ExtensionBits.vex(bytes, at, size), vector());
        }
    }

    private String rex(byte rex) {
        List<String> said = new ArrayList<>();
        if ((rex & 8) != 0) {
            said.add("64-bit operands");
        }
        String eighths = (rex & 4) != 0 ? "reg, " : "";
        eighths += (rex & 2) != 0 ? "index, " : "";
        eighths += (rex & 1) != 0 ? (encoding.opcodeRegister() ? "opcode register, " : base() + ", ") : "";
        if (!eighths.isEmpty()) {
            said.add("8 is added to " + eighths.substring(0, eighths.length() - 2));
        }
        return said.isEmpty() ? "names spl, bpl, sil or dil, or has no effect" : String.join("; ", said);
    }

    private String base() {
        return decoded.fields().sib() > 0 ? "base" : "rm";
    }

    private String vector() {
        String length = (128 << encoding.length()) + " bits";
        String mask = decoded.decoration().mask();
        return "vectors of " + length + (mask.isEmpty() ? "" : ", mask " + mask);
    }

    private void opcode(int size) {
        String meaning = decoded.form().signature();
        if (encoding.opcodeRegister()) {
            String number =
                    Integer.toBinaryString(8 + (bytes[at + size - 1] & 7)).substring(1);
            meaning += "; its low bits " + number + " are " + operand('O');
        }
        field("opcode", size, List.of(), meaning);
    }

    private void modRm() {
        int modRm = bytes[at] & 0xFF;
        int mod = modRm >> 6;
        int rm = modRm & 7;
        String reg =
                encoding.digit().isPresent() ? "/" + encoding.digit().get() + ", belongs to the opcode" : operand('R');
        field(
                "ModRM",
                1,
                List.of(
                        bits("mod", modRm, 6, 2, mod(mod, rm)),
                        bits("reg", modRm, 3, 3, reg),
                        bits("rm", modRm, 0, 3, rm(mod, rm))),
                "");
    }

    private static String mod(int mod, int rm) {
        return switch (mod) {
            case 0 -> rm == 5 ? "memory at rip + disp32" : "memory, no displacement";
            case 1 -> "memory, 8-bit displacement";
            case 2 -> "memory, 32-bit displacement";
            default -> "a register";
        };
    }

    private String rm(int mod, int rm) {
        if (mod == 3) {
            return operand('M');
        }
        if (rm == 4) {
            return "SIB follows";
        }
        return mod == 0 && rm == 5
                ? "rip"
                : "[" + Registers.gp64(memory().address().base()) + "]";
    }

    private void sib() {
        int sib = bytes[at] & 0xFF;
        int base = memory().address().base();
        int index = memory().address().index();
        field(
                "SIB",
                1,
                List.of(
                        bits("scale", sib, 6, 2, "times " + (1 << (sib >> 6))),
                        bits(
                                "index",
                                sib,
                                3,
                                3,
                                index < 0 ? "none" : Registers.gp64(index).name()),
                        bits(
                                "base",
                                sib,
                                0,
                                3,
                                base < 0
                                        ? "none: disp32 alone"
                                        : Registers.gp64(base).name())),
                "");
    }

    private void displacement(int size) {
        int value = memory().address().displacement();
        int unit = size == 1 && value != bytes[at] ? value / bytes[at] : 1;
        String scaled = unit == 1 ? "" : bytes[at] + " times " + unit + ": ";
        String place = instruction.target().map(t -> ", to " + t.name()).orElse("");
        field("disp" + 8 * size, size, List.of(), scaled + number(value) + place);
    }

    private void immediates(int size) {
        int left = size;
        for (int i = 0; left > 0; i++) {
            char letter = decoded.form().field(i);
            if (letter == 'I' || letter == 'D' || letter == 'S') {
                OperandKind kind = decoded.form().operands().get(i).kind();
                int own = letter == 'S' ? 1 : kind.immediateBytes();
                Operand operand = decoded.operands().get(i);
                String meaning =
                        operand instanceof Immediate immediate ? number(immediate.value()) : operand.toString();
                String name = kind.isBranch() ? "rel" : kind.isOffset() ? "moffs" : letter == 'S' ? "is" : "imm";
                String to = kind.isBranch()
                        ? instruction
                                .target()
                                .map(t -> (t.external() ? ", to be filled in by whoever links " : ", to ") + t.name())
                                .orElse("")
                        : "";
                field(name + 8 * own, own, List.of(), meaning + to);
                left -= own;
            }
        }
    }

    private static String number(long value) {
        String hex = (value < 0 ? "-0x" : "0x") + Long.toHexString(Math.abs(value));
        return Math.abs(value) < 10 ? Long.toString(value) : hex + " = " + value;
    }

    private Mem memory() {
        return decoded.operands().stream()
                .filter(Mem.class::isInstance)
                .map(Mem.class::cast)
                .findFirst()
                .orElseThrow();
    }

    /** Returns the operands that a field of the encoding names. */
    private String operand(char letter) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < decoded.operands().size(); i++) {
            if (decoded.form().field(i) == letter) {
                names.add(decoded.operands().get(i).toString());
            }
        }
        return names.stream().collect(Collectors.joining(", "));
    }

    static ByteField.Bits bits(String name, int value, int low, int count, String meaning) {
        String binary = Integer.toBinaryString(1 << count | value >> low & (1 << count) - 1)
                .substring(1);
        return new ByteField.Bits(name, binary, meaning);
    }
}
