// SPDX-License-Identifier: Apache-2.0
package io.trapeze.formats.object;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.EncodingException;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.decode.DecodedInstruction;
import io.trapeze.emitter.isa.OperandKind;
import io.trapeze.emitter.isa.OperandSpec;
import io.trapeze.emitter.operand.Operand;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** GNU as with {@code .intel_syntax noprefix}: nearly what our own listings show. */
final class GnuSyntax {
    private static final Pattern WORD = Pattern.compile("[A-Za-z_][A-Za-z0-9_.$]*");
    /** Registers and operators. */
    private static final Pattern RESERVED = Pattern.compile(
            "(?i)[re]?([abcd]x|[sd]i|[sbi]p)|[abcd][lh]|([sd]i|[sb]p)l|r([89]|1[0-5])[bwd]?|[re]iz|[c-gs]s|st"
                    + "|([xyzt]?mm|[ckdt]r|k|db|bnd)\\d+|flat|offset|ptr|short|near|far|mod|eq|ne|[lg][te]|and|or|not|xor"
                    + "|sh[lr]|byte|[dfqo]?word|[txyz]?(byte|mmword)|bcst");
    /** What GNU as has no word for (far pointers of 10 bytes), and where it takes another opcode. */
    private static final Pattern OTHERWISE =
            Pattern.compile("(call|jmp|l[sfg]s) .*tbyte.*|vmovq (?=.*mm(1[6-9]|[23]\\d)).*\\[.*");
    /** Bytes around a branch in which a short one may reach. */
    private static final int NEAR = 140;

    private GnuSyntax() {}

    static String symbol(String name) {
        if (RESERVED.matcher(name).matches()) {
            throw new ObjectException("GNU as takes '" + name
                    + "' for a register or an operator: rename the symbol, or write NASM text or an object file");
        }
        return word(name);
    }

    /** Refuses a symbol that no assembler takes for one. */
    static String word(String name) {
        if (!WORD.matcher(name).matches()) {
            throw new ObjectException("assembler text has no way to write the symbol '" + name
                    + "': begin it with a letter or _, and go on with letters, digits, _ . or $");
        }
        return name;
    }

    /** Of the two lengths of a branch GNU as takes the short one where it reaches, unless it is told not to. */
    static Optional<String> text(Instruction instruction) {
        boolean kept = branch(instruction).filter(OperandKind.REL32::equals).isPresent()
                && !instruction.form().get().mnemonic().equals("call")
                && instruction.target().isPresent()
                && !instruction.target().get().external()
                && Math.abs(instruction.target().get().offset() - instruction.offset()) < NEAR;
        return Optional.of((kept ? "{disp32} " : "") + instruction.text())
                .filter(text -> isUsual(instruction) && !OTHERWISE.matcher(text).matches());
    }

    /** The kind of a branch's distance; empty for anything but a branch. */
    static Optional<OperandKind> branch(Instruction instruction) {
        return instruction.form().stream()
                .flatMap(form -> form.operands().stream())
                .map(OperandSpec::kind)
                .filter(OperandKind::isBranch)
                .findFirst();
    }

    /**
     * Whether our own choice of form and size leads to these bytes too: then the choice of others does, but for what their
     * syntax knows of. A branch needs a target; its text says how long it is.
     */
    static boolean isUsual(Instruction instruction) {
        if (instruction.form().isEmpty() || branch(instruction).isPresent()) {
            return instruction.target().isPresent();
        }
        DecodedInstruction decoded = instruction.decoded().orElseThrow();
        Assembler assembler = new Assembler(false);
        try {
            assembler.decorate(decoded.decoration());
            assembler.emit(decoded.form().mnemonic(), decoded.operands().toArray(Operand[]::new));
            return Arrays.equals(assembler.finish("").bytes(), instruction.bytes());
        } catch (EncodingException e) {
            return false;
        }
    }
}
