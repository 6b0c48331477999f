// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.object;

import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.isa.OperandKind;
import java.util.Optional;
import java.util.regex.Pattern;

/** GNU as with {@code .intel_syntax noprefix}. */
final class GnuSyntax implements Syntax {
    /** Registers and operators. */
    private static final Pattern RESERVED = Pattern.compile(
            "(?i)[re]?([abcd]x|[sd]i|[sbi]p)|[abcd][lh]|([sd]i|[sb]p)l|r([89]|1[0-5])[bwd]?|[re]iz|[c-gs]s|st"
                    + "|([xyzt]?mm|[ckdt]r|k|db|bnd)\\d+|flat|offset|ptr|short|near|far|mod|eq|ne|[lg][te]|and|or|not|xor"
                    + "|sh[lr]|byte|[dfqo]?word|[txyz]?(byte|mmword)|bcst");
    /** Bytes around a branch in which a short one may do. */
    private static final int NEAR = 140;

    @Override
    public String head() {
        return ".intel_syntax noprefix\n.text";
    }

    @Override
    public String defined(String name, Text.Symbol symbol) {
        String type = symbol.type() == ElfFile.DATA ? "object" : "function";
        return ".globl  %1$s\n.type   %1$s, @%2$s\n.size   %1$s, %3$d".formatted(symbol(name), type, symbol.size());
    }

    @Override
    public String external(String name) {
        return "";
    }

    @Override
    public String align() {
        return ".balign " + Text.ALIGNMENT + ", " + Text.TRAP;
    }

    @Override
    public String tail() {
        return ".section .note.GNU-stack, \"\", @progbits";
    }

    @Override
    public String comment() {
        return "#";
    }

    @Override
    public String bytes() {
        return ".byte";
    }

    @Override
    public String localPrefix() {
        return ".L";
    }

    @Override
    public String symbol(String name) {
        if (RESERVED.matcher(name).matches()) {
            throw new ObjectException("GNU as takes '" + name
                    + "' for a register or an operator: rename the symbol, or write NASM text or an object file");
        }
        return Syntax.checked(name);
    }

    /** Of the two lengths of a branch GNU as takes the short one where it reaches, unless it is told not to. */
    @Override
    public Optional<String> text(Instruction instruction) {
        boolean kept =
                Syntax.branch(instruction).filter(OperandKind.REL32::equals).isPresent()
                        && instruction
                                .target()
                                .filter(t -> !t.external() && Math.abs(t.offset() - instruction.offset()) < NEAR)
                                .isPresent()
                        && !instruction.form().orElseThrow().mnemonic().equals("call");
        return Optional.of((kept ? "{disp32} " : "") + instruction.text()).filter(text -> Syntax.isUsual(instruction));
    }
}
