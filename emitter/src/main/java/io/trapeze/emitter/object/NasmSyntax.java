// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.object;

import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.decode.DecodedInstruction;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.OperandKind;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Operand;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** NASM for {@code -f elf64}. */
final class NasmSyntax implements Syntax {
    /** What stands in an operand, as a regular expression, and what NASM has in its place. */
    private static final String[][] SPELLINGS = {
        {" ptr\\b", ""},
        {"^xmmword", "oword"},
        {"^([yz])mmword", "$1word"},
        {"^tbyte", "tword"},
        {"^st\\((\\d)\\)", "st$1"},
        {"\\[rip \\+ (?!0x)", "[rel "},
        {"\\[(\\w+\\*)", "[nosplit $1"}, // or an index times 2 would become base and index
        {"([fg]s):\\[", "[$1:"},
    };

    @Override
    public String head() {
        return "bits 64\nsection .text align=" + Text.ALIGNMENT;
    }

    @Override
    public String defined(String name, Text.Symbol symbol) {
        String type = symbol.type() == ElfFile.DATA ? "data" : "function";
        return "global  " + symbol(name) + ":" + type + " (" + symbol.size() + ")";
    }

    @Override
    public String external(String name) {
        return "extern  " + symbol(name);
    }

    @Override
    public String align() {
        return "align " + Text.ALIGNMENT + ", db " + Text.TRAP;
    }

    @Override
    public String tail() {
        return "section .note.GNU-stack noalloc noexec nowrite progbits";
    }

    @Override
    public String comment() {
        return ";";
    }

    @Override
    public String bytes() {
        return "db";
    }

    @Override
    public String localPrefix() {
        return "..@";
    }

    /** With a dollar sign it is none of NASM's thousands of words. */
    @Override
    public String symbol(String name) {
        return "$" + Syntax.checked(name);
    }

    @Override
    public Optional<String> text(Instruction instruction) {
        if (!Syntax.isUsual(instruction)) {
            return Optional.empty();
        }
        if (instruction.form().isEmpty()) {
            return Optional.of("dq " + instruction.target().orElseThrow().name());
        }
        Form form = instruction.form().get();
        DecodedInstruction decoded = instruction.decoded().orElseThrow();
        String text = instruction.text();
        int mnemonicEnd =
                (decoded.lock() ? "lock " : "").length() + form.textMnemonic().length();
        String mnemonic = text.substring(0, mnemonicEnd).replace("movabs", "mov");
        if (decoded.operands().isEmpty()) {
            return Optional.of(mnemonic);
        }
        List<String> operands =
                new ArrayList<>(List.of(text.substring(mnemonicEnd + 1).split(", ")));
        for (int i = 0; i < operands.size(); i++) {
            Operand operand = decoded.operands().get(i);
            operands.set(i, operand(instruction, form.operands().get(i).kind(), operand, operands.get(i)));
        }
        return Optional.of(mnemonic + " " + String.join(", ", operands));
    }

    private static String operand(Instruction instruction, OperandKind kind, Operand operand, String text) {
        if (kind.isBranch()) {
            boolean external = instruction.target().orElseThrow().external();
            return (kind == OperandKind.REL8 ? "short " : "near ") + text + (external ? " wrt ..plt" : "");
        }
        if (operand instanceof Immediate immediate) {
            // signed, for then bytes are sign-extended; and of its size, or a move becomes one of 32 bits
            Form form = instruction.form().orElseThrow();
            boolean move = form.mnemonic().equals("mov") && form.operandBits() == 64;
            return (move ? kind.immediateBytes() == 8 ? "strict qword " : "strict dword " : "") + immediate;
        }
        String spelled = text;
        for (String[] spelling : SPELLINGS) {
            spelled = spelled.replaceAll(spelling[0], spelling[1]);
        }
        if (operand instanceof Mem mem && spelled.contains("rip")) {
            Immediate fromStart = new Immediate(mem.address().displacement() + (long) instruction.size());
            spelled = spelled.replaceAll("rip[^]]*", "rel \\$ + " + fromStart);
        }
        return spelled;
    }
}
