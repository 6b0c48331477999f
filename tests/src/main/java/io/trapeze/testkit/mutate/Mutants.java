// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.mutate;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.decode.Decoder;
import io.trapeze.emitter.decode.Fields;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Register;
import io.trapeze.testkit.check.Subject;
import io.trapeze.trampolines.Omission;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import io.trapeze.trampolines.abi.CallState.DirectionFlag;
import io.trapeze.trampolines.abi.StackRules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * All wrong versions of a primitive's code that a list of rules makes of it, without a choice of anybody's: one for each place where
 * a rule applies. Those with the same bytes as the right code, or as another one, are left out.
 *
 * <p>Instructions are changed in their bytes, as the decoder divides them into fields, so that the rest stays where it is.
 */
public final class Mutants {
    private static final Pattern CONDITIONAL = Pattern.compile("(j(?!mp|r?cxz|ecxz)|set(?!ssbsy)|cmov).+");
    private static final byte NOP = (byte) 0x90;
    /** {@code lea rsp, [rsp + disp8]} without its displacement. */
    private static final byte[] LEA_RSP = {0x48, (byte) 0x8D, 0x64, 0x24};

    private final Subject subject;
    private final CodeBlob right;
    private final Map<List<Byte>, Mutant> found = new LinkedHashMap<>();

    private Mutants(Subject subject) {
        this.subject = subject;
        this.right = subject.code();
    }

    /** Returns all of a primitive, in the order of its instructions, those of the description last. */
    public static List<Mutant> of(Subject subject) {
        Mutants mutants = new Mutants(subject);
        List<Instruction> instructions = subject.code().instructions();
        for (int i = 0; i < instructions.size(); i++) {
            Instruction instruction = instructions.get(i);
            if (instruction.form().isPresent()) {
                mutants.removed(instruction);
                mutants.wrongNumbers(instruction);
                mutants.halfAVector(instruction);
                mutants.wrongCondition(instruction);
                if (i > 0) {
                    mutants.swapped(instructions.get(i - 1), instruction);
                }
            }
        }
        mutants.shiftedStack();
        mutants.forgotten();
        mutants.wrongRules();
        return List.copyOf(mutants.found.values());
    }

    private void removed(Instruction instruction) {
        byte[] nothing = new byte[instruction.size()];
        Arrays.fill(nothing, NOP);
        patch(Fault.REMOVED, instruction.text() + " → nothing", instruction.offset(), nothing);
    }

    private void wrongNumbers(Instruction instruction) {
        Fields fields = fields(instruction);
        int immediate = instruction.size() - fields.immediate();
        int displacement = immediate - fields.displacement();
        for (int by : new int[] {-8, 8}) {
            if (fields.displacement() > 0 && instruction.target().isEmpty()) {
                added(Fault.WRONG_SLOT, instruction, displacement, fields.displacement(), by);
            }
            if (fields.immediate() > 0 && instruction.target().isEmpty()) {
                added(Fault.WRONG_NUMBER, instruction, immediate, fields.immediate(), by);
            }
        }
    }

    /** Adds to a little-endian number; not if it would have to be longer then. */
    private void added(Fault fault, Instruction instruction, int at, int length, int by) {
        byte[] bytes = instruction.bytes();
        long value = 0;
        for (int i = length - 1; i >= 0; i--) {
            value = value << 8 | bytes[at + i] & 0xFF;
        }
        int unused = Long.SIZE - 8 * length;
        long signed = value << unused >> unused;
        long changed = signed + by;
        if (changed << unused >> unused == changed) {
            for (int i = 0; i < length; i++) {
                bytes[at + i] = (byte) (changed >> 8 * i);
            }
            patch(fault, instruction, bytes);
        }
    }

    private void halfAVector(Instruction instruction) {
        byte[] bytes = instruction.bytes();
        Fields fields = fields(instruction);
        int opening = fields.prefixes() + fields.extension();
        int opcode = opening + fields.opcode() - 1;
        String mnemonic = instruction.form().orElseThrow().mnemonic();
        if (mnemonic.equals("movdqu")) {
            boolean load = bytes[opcode] == 0x6F;
            bytes[0] = (byte) (load ? 0xF3 : 0x66); // movq xmm, m64 and movq m64, xmm
            bytes[opcode] = (byte) (load ? 0x7E : 0xD6);
            patch(Fault.HALF_A_VECTOR, instruction, bytes);
        } else if (mnemonic.equals("vmovdqu")) {
            bytes[opening - 1] &= ~4; // VEX.L: the upper half is left out, or zero
            patch(Fault.HALF_A_VECTOR, instruction, bytes);
        } else if (mnemonic.equals("vmovdqu64")) {
            bytes[opening - 1] = (byte) (bytes[opening - 1] & ~0x60 | 0x20); // EVEX.L'L: 256 bits
            patch(Fault.HALF_A_VECTOR, instruction, bytes);
        }
    }

    private void wrongCondition(Instruction instruction) {
        String mnemonic = instruction.form().orElseThrow().mnemonic();
        if (CONDITIONAL.matcher(mnemonic).matches()) {
            byte[] bytes = instruction.bytes();
            Fields fields = fields(instruction);
            bytes[fields.prefixes() + fields.extension() + fields.opcode() - 1] ^= 1; // the opposite is the next opcode
            patch(Fault.WRONG_CONDITION, instruction.text() + " → the opposite", instruction.offset(), bytes);
        }
    }

    private void swapped(Instruction one, Instruction other) {
        if (one.form().isEmpty() || !isOfMemory(one) || !isOfMemory(other)) {
            return;
        }
        Fields a = fields(one);
        Fields b = fields(other);
        if (a.displacement() == 0 || a.displacement() != b.displacement()) {
            return;
        }
        byte[] bytes = Arrays.copyOf(one.bytes(), one.size() + other.size());
        System.arraycopy(other.bytes(), 0, bytes, one.size(), other.size());
        int first = one.size() - a.immediate() - a.displacement();
        int second = one.size() + other.size() - b.immediate() - b.displacement();
        for (int i = 0; i < a.displacement(); i++) {
            byte kept = bytes[first + i];
            bytes[first + i] = bytes[second + i];
            bytes[second + i] = kept;
        }
        patch(Fault.SWAPPED, "the places of " + one.text() + " and " + other.text(), one.offset(), bytes);
    }

    /** RSP is off when the last jump or return is made; where branches lead over the place, nothing can be put there. */
    private void shiftedStack() {
        List<Instruction> instructions = right.instructions();
        boolean branches = instructions.stream()
                .anyMatch(i -> i.target().filter(t -> !t.external()).isPresent());
        Instruction last = instructions.get(instructions.size() - 1);
        if (branches || last.text().equals("ud2")) {
            return;
        }
        for (int by : new int[] {-16, -8, 8, 16}) {
            byte[] bytes = Arrays.copyOf(LEA_RSP, LEA_RSP.length + 1 + last.size());
            bytes[LEA_RSP.length] = (byte) by;
            System.arraycopy(last.bytes(), 0, bytes, LEA_RSP.length + 1, last.size());
            add(
                    Fault.SHIFTED_STACK,
                    "rsp " + (by < 0 ? "- " : "+ ") + Math.abs(by) + " before " + last.text(),
                    new Patch(last.offset(), last.size(), bytes).appliedTo(right));
        }
    }

    private void forgotten() {
        Abi abi = subject.abi();
        for (Register register : Omission.candidates(abi)) {
            generated(Fault.FORGOTTEN, register + " is forgotten", () -> abi, Omission.of(register));
        }
    }

    private void wrongRules() {
        Abi abi = subject.abi();
        StackRules stack = abi.stack();
        if (stack.alignment() > 8) {
            rule("stack.alignment = 8", () -> abi.with(stack.withAlignment(8)));
        }
        if (stack.shadow() > 0) {
            rule("stack.shadow = 0", () -> abi.with(stack.withShadow(0)));
        }
        if (stack.interruptSkip() > 0) {
            rule("stack.interrupt_skip = 0", () -> abi.with(stack.withRedZone(0, 0)));
        }
        rule(
                "calls.direction_flag = unspecified",
                () -> abi.with(abi.calls().withDirectionFlag(DirectionFlag.UNSPECIFIED)));
        rule("calls.zero = nothing", () -> abi.with(abi.calls().withZero()));
    }

    private void rule(String change, Supplier<Abi> changed) {
        generated(Fault.WRONG_RULE, "as if " + change, changed, Omission.NONE);
    }

    private void generated(Fault fault, String change, Supplier<Abi> abi, Omission omission) {
        try {
            add(fault, change, subject.primitive().emit(abi.get(), subject.saveSet(), omission));
        } catch (AbiException refused) {
            // a description that contradicts itself, or makes no code, makes no mutant
        }
    }

    private void patch(Fault fault, Instruction instruction, byte[] bytes) {
        String changed = Decoder.decode(bytes, 0)
                .map(decoded -> CodeBlob.disassemble("changed", bytes)
                        .instructions()
                        .get(0)
                        .text())
                .orElse("nothing known");
        patch(fault, instruction.text() + " → " + changed, instruction.offset(), bytes);
    }

    private void patch(Fault fault, String change, int at, byte[] bytes) {
        add(fault, change, new Patch(at, bytes.length, bytes).appliedTo(right));
    }

    private void add(Fault fault, String change, CodeBlob code) {
        List<Byte> bytes = bytes(code);
        if (!bytes.equals(bytes(right))) {
            found.putIfAbsent(bytes, new Mutant(fault, change, code));
        }
    }

    /** The bytes, and what no byte tells: whether an external call is still one. */
    private static List<Byte> bytes(CodeBlob code) {
        List<Byte> bytes = new ArrayList<>();
        for (byte b : code.bytes()) {
            bytes.add(b);
        }
        bytes.add((byte) code.relocations().size());
        return bytes;
    }

    private static boolean isOfMemory(Instruction instruction) {
        return instruction.target().isEmpty()
                && instruction.decoded().orElseThrow().operands().stream().anyMatch(Mem.class::isInstance);
    }

    private static Fields fields(Instruction instruction) {
        return instruction.decoded().orElseThrow().fields();
    }
}
