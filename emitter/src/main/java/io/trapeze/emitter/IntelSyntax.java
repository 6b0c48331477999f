// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.decode.DecodedInstruction;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.Mark;
import io.trapeze.emitter.isa.OperandKind;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Broadcast;
import io.trapeze.emitter.operand.Decoration;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Operand;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** Instructions as text in the Intel syntax that GNU as ({@code .intel_syntax noprefix}) and llvm-mc read. */
final class IntelSyntax {
    /** How the targets of branches and rip-relative operands are written, and padding. */
    enum Targets {
        BY_NAME,
        BY_OFFSET
    }

    private IntelSyntax() {}

    static String text(Instruction instruction, Targets targets) {
        if (instruction.padding() && targets == Targets.BY_OFFSET) {
            return Padding.text(instruction.size());
        }
        return instruction
                .decoded()
                .map(decoded -> text(instruction, decoded, targets))
                .orElseGet(() -> data(instruction));
    }

    private static String text(Instruction instruction, DecodedInstruction decoded, Targets targets) {
        Form form = decoded.form();
        Decoration said = decoded.decoration();
        List<String> operands = new ArrayList<>();
        for (int i = 0; i < decoded.operands().size(); i++) {
            Set<Mark> marks = form.operands().get(i).marks();
            String text = operand(instruction, form, i, decoded.operands().get(i), targets);
            operands.add(marks.contains(Mark.K) ? text + said.mask() : text);
            if (said.rounds() && (marks.contains(Mark.ER) || marks.contains(Mark.SAE))) {
                operands.add(said.rounding());
            }
        }
        String mnemonic = said.prefix() + form.textMnemonic();
        return operands.isEmpty() ? mnemonic : mnemonic + " " + String.join(", ", operands);
    }

    private static String operand(Instruction instruction, Form form, int index, Operand operand, Targets targets) {
        OperandKind kind = form.operands().get(index).kind();
        if (kind.isBranch()) {
            return branch(instruction, ((Immediate) operand).value(), targets);
        }
        if (operand instanceof Immediate immediate) {
            return immediate(form, kind, immediate.value());
        }
        if (operand instanceof Mem mem
                && mem.address().base() == Address.RIP
                && instruction.target().isPresent()
                && targets == Targets.BY_NAME) {
            return named(mem, instruction.target().get());
        }
        return operand.toString();
    }

    /** An immediate as the bits the processor works with: extended to the operand size where it extends it. */
    private static String immediate(Form form, OperandKind kind, long value) {
        if (kind.fixed()) {
            return kind.notation();
        }
        int bits = kind.signed() ? form.operandBits() : 8 * kind.immediateBytes();
        return "0x" + Long.toHexString(bits == 64 ? value : value & (1L << bits) - 1);
    }

    private static String named(Mem mem, Instruction.Target target) {
        Label label = Label.of(target, 0, target.name(), target.external());
        Address address =
                Address.rip(label).plus(target.addend()).in(mem.address().segment());
        return mem instanceof Broadcast element
                ? Broadcast.of(mem.bits(), address, element.lanes()).toString()
                : Mem.of(mem.bits(), address).toString();
    }

    private static String branch(Instruction instruction, long distance, Targets targets) {
        if (targets == Targets.BY_NAME && instruction.target().isPresent()) {
            return instruction.target().get().name();
        }
        return "0x" + Long.toHexString(instruction.offset() + instruction.size() + distance);
    }

    private static String data(Instruction instruction) {
        return instruction.target().map(target -> ".quad " + target.name()).orElseGet(() -> data(instruction.bytes()));
    }

    static String data(byte[] bytes) {
        return ".byte 0x" + HexFormat.ofDelimiter(", 0x").formatHex(bytes);
    }
}
