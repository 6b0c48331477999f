// SPDX-License-Identifier: Apache-2.0
package io.trapeze.formats.object;

import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.decode.DecodedInstruction;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.OperandKind;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Moffs;
import io.trapeze.emitter.operand.Operand;
import java.util.Optional;
import java.util.regex.Pattern;

/** NASM: the text of our listings, respelled. */
final class NasmSyntax {
    /** What stands in a line, as a regular expression, and what NASM has in its place; one after the other. */
    private static final String[][] SPELLINGS = {
        {"^\\.quad ", "dq "},
        {"^movabs ", "mov "},
        {"^int 0x3$", "int3"},
        {"^(push|pop)w ([fg]s)$", "o16 $1 $2"},
        {"^pushw ", "push word "},
        {"^(enter|leave)w", "o16 $1"},
        {"^sys(ret|exit)d$", "sys$1"},
        {"^sys(ret|exit)q$", "o64 sys$1"},
        {"^(call|jmp) dword ptr", "$1 far word"},
        {"^(call|jmp) fword ptr", "$1 far dword"},
        {"^(call|jmp) tbyte ptr", "$1 far qword"},
        {"^retw", "o16 ret"},
        // NASM knows no size for these
        {"^(clflush|clflushopt|clwb|cldemote|invlpg|prefetchw?|vmxon|vmclear|vmptrld|vmptrst) \\w+ ptr", "$1"},
        {"^((l[sfg]s|psubq|pmuludq|punpckl\\w+|pshuf\\w+|palignr|pblendvb|cmpsd|vcmpss) .*,) \\w+ ptr", "$1"},
        {"^(f\\w+) st\\(0\\), st\\(0\\)$", "$1 st0"},
        {"^xchg rax, rax$", "nop"},
        {"^xchg (\\w+), (\\w+)$", "xchg $2, $1"},
        {"^lock xchg (\\w+), (.*\\[.*)$", "lock xchg $2, $1"}, // NASM wants memory first
        {" xmmword ptr", " oword"},
        {" ([yz])mmword ptr", " $1word"},
        {" tbyte ptr", " tword"},
        {" (\\w+) ptr", " $1"},
        {"\\bst\\((\\d)\\)", "st$1"},
        {"\\[rip \\+ (?!0x)", "[rel "},
        {"\\[(\\w+\\*)", "[nosplit $1"}, // or an index times 2 would become base and index
        {"([c-gs]s):\\[", "[$1:"},
    };

    /** Where NASM takes other bytes and has no word for these. */
    private static final Pattern OTHERWISE = Pattern.compile(String.join(
            "|",
            "vmov\\w+ [xy]mm\\d, (xmm\\d+, )?[xy]mm(8|9|1[0-5])", // the opcode for loads, with a longer prefix
            "vmovq (?=.*mm(1[6-9]|[23]\\d)).*\\[.*", // the opcode that also takes r64
            "vpopcnt[dq] .*\\{1to.*", // no broadcast
            "vdpbf16ps .*\\[.*", // memory of another size
            "vcvtneps2bf16 .*", // not without a prefix of its own
            "vpextrw .*, xmm(1[6-9]|[23]\\d),.*", // the opcode for memory, which is longer
            "aor .*|invlpgb|psmash|rdpru|rmpupdate|tlbsync|vmgexit", // no such instruction in 2.16
            "(enqcmds?|invpcid|str r).*", // a REX.W that changes nothing
            "movsxd (e..|r\\d+d), .*", // no form of 32 bits
            "ptwrite .*")); // without the prefix that makes it this instruction

    private NasmSyntax() {}

    /** With a dollar sign it is none of NASM's thousands of words. */
    static String symbol(String name) {
        return "$" + GnuSyntax.word(name);
    }

    static Optional<String> text(Instruction instruction) {
        String text = instruction.text();
        // NASM puts LOCK and REP before all other prefixes
        boolean prefixed =
                text.matches("([fg]s )?(lock|rep\\w*) .*") && (instruction.bytes()[0] & 0xFC) != 0xF0;
        if (!GnuSyntax.isUsual(instruction)
                || prefixed
                || OTHERWISE.matcher(text).matches()) {
            return Optional.empty();
        }
        String spelled = instruction
                .decoded()
                .filter(decoded -> !decoded.operands().isEmpty())
                .map(decoded -> withOperands(instruction, decoded, text))
                .orElse(text);
        for (String[] spelling : SPELLINGS) {
            spelled = spelled.replaceAll(spelling[0], spelling[1]);
        }
        return Optional.of(spelled);
    }

    /** Respells operands that need more than their text: branches, constants, distances from here. */
    private static String withOperands(Instruction instruction, DecodedInstruction decoded, String text) {
        Form form = decoded.form();
        int start = decoded.decoration().prefix().length() + form.textMnemonic().length();
        StringBuilder line = new StringBuilder(text.substring(0, start));
        String margin = "";
        int next = 0;
        for (String written : text.substring(start).split(",")) {
            line.append(margin);
            margin = ",";
            if (written.startsWith(" {")) {
                line.append(written); // rounding
                continue;
            }
            OperandKind kind = form.operands().get(next).kind();
            Operand operand = decoded.operands().get(next++);
            String spelled = written;
            if (kind.isBranch()) {
                boolean external = instruction.target().orElseThrow().external();
                String length = kind == OperandKind.REL8 ? " short" : " near";
                boolean choice = form.mnemonic().matches("call|j(?![re]?cxz).*");
                spelled = (choice ? length : "") + spelled + (external ? " wrt ..plt" : "");
            } else if (operand instanceof Immediate immediate) {
                // signed, for then a byte is sign-extended; of its size, or a move becomes one of 32 bits
                boolean move = form.mnemonic().equals("mov") && form.operandBits() == 64;
                spelled = (move ? " strict " + (kind.immediateBytes() == 8 ? "qword " : "dword ") : " ") + immediate;
            } else if (operand instanceof Moffs) {
                spelled = spelled.replace("[", "[qword ");
            } else if (operand instanceof Mem mem) {
                Immediate fromStart = new Immediate(mem.address().displacement() + (long) instruction.size());
                spelled = spelled.replaceAll("rip( [+-] 0x.*)?]", "rel \\$ + " + fromStart + "]");
            }
            line.append(spelled);
        }
        return line.toString();
    }
}
