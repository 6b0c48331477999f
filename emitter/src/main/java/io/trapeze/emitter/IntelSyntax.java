// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.decode.DecodedInstruction;
import io.trapeze.emitter.decode.FormDecoder;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Operand;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** Instructions as text in the Intel syntax that GNU as ({@code .intel_syntax noprefix}) and llvm-mc read. */
final class IntelSyntax {
    /** How the targets of branches and rip-relative operands are written. */
    enum Targets {
        BY_NAME,
        BY_OFFSET
    }

    private IntelSyntax() {}

    static String text(Instruction instruction, Targets targets) {
        if (instruction.form().isEmpty()) {
            return data(instruction);
        }
        Form form = instruction.form().get();
        DecodedInstruction decoded = FormDecoder.decode(form, instruction.bytes());
        List<String> operands = new ArrayList<>();
        for (int i = 0; i < decoded.operands().size(); i++) {
            operands.add(operand(instruction, form, i, decoded.operands().get(i), targets));
        }
        String mnemonic = (decoded.lock() ? "lock " : "") + form.textMnemonic();
        return operands.isEmpty() ? mnemonic : mnemonic + " " + String.join(", ", operands);
    }

    private static String operand(Instruction instruction, Form form, int index, Operand operand, Targets targets) {
        if (form.operands().get(index).kind().isBranch()) {
            return branch(instruction, ((Immediate) operand).value(), targets);
        }
        if (operand instanceof Mem mem
                && mem.address().base() == Address.RIP
                && instruction.target().isPresent()
                && targets == Targets.BY_NAME) {
            return mem.toString()
                    .replaceFirst(
                            "\\[rip[^\\]]*\\]",
                            "[rip + " + instruction.target().get().name() + "]");
        }
        return operand.toString();
    }

    private static String branch(Instruction instruction, long distance, Targets targets) {
        if (targets == Targets.BY_NAME && instruction.target().isPresent()) {
            return instruction.target().get().name();
        }
        long target = instruction.offset() + instruction.bytes().length + distance;
        return targets == Targets.BY_OFFSET
                ? "0x" + Long.toHexString(target)
                : ". + 0x" + Long.toHexString(target - instruction.offset());
    }

    private static String data(Instruction instruction) {
        if (instruction.target().isPresent()) {
            return ".quad " + instruction.target().get().name();
        }
        StringJoiner bytes = new StringJoiner(", ", ".byte ", "");
        for (byte b : instruction.bytes()) {
            bytes.add("0x%02x".formatted(b));
        }
        return bytes.toString();
    }
}
