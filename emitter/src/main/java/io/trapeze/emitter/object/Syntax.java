// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.object;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.EncodingException;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.decode.DecodedInstruction;
import io.trapeze.emitter.isa.OperandKind;
import io.trapeze.emitter.isa.OperandSpec;
import io.trapeze.emitter.operand.Operand;
import java.util.Arrays;
import java.util.Optional;

/** How an assembler spells what blobs consist of; text of several lines has line ends between them. */
interface Syntax {
    /** What comes before everything. */
    String head();

    /** What makes a symbol global, with its type and size. */
    String defined(String name, Text.Symbol symbol);

    /** What says that a symbol is defined elsewhere. */
    String external(String name);

    /** What pads with traps up to where the next blob starts. */
    String align();

    /** What comes after everything. */
    String tail();

    /** What begins a comment. */
    String comment();

    /** The directive that makes bytes. */
    String bytes();

    /** What makes a label local to the file, and unlike any other word of the language. */
    String localPrefix();

    /**
     * A symbol as it stands in the text.
     *
     * @throws ObjectException if it would be read as something else
     */
    String symbol(String name);

    /** An instruction or address, if the assembler makes the same bytes of it. */
    Optional<String> text(Instruction instruction);

    /** Refuses a symbol that is no word to any assembler. */
    static String checked(String name) {
        if (!name.matches("[A-Za-z_][A-Za-z0-9_.$]*")) {
            throw new ObjectException("assembler text has no way to write the symbol '" + name
                    + "': begin it with a letter or _, and go on with letters, digits, _ . or $");
        }
        return name;
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
     * Whether our own choice of form and of size leads to these bytes: then that of others does, but for differences that
     * their syntax knows of. Whoever spells a branch says how long it is.
     */
    static boolean isUsual(Instruction instruction) {
        if (instruction.form().isEmpty() || branch(instruction).isPresent()) {
            return instruction.target().isPresent();
        }
        DecodedInstruction decoded = instruction.decoded().orElseThrow();
        Assembler assembler = new Assembler(false);
        try {
            if (decoded.lock()) {
                assembler.lock();
            }
            assembler.emit(decoded.form().mnemonic(), decoded.operands().toArray(Operand[]::new));
            return Arrays.equals(assembler.finish("").bytes(), instruction.bytes());
        } catch (EncodingException e) {
            return false;
        }
    }
}
