// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.text.Source;
import io.trapeze.emitter.text.SourceException;
import io.trapeze.emitter.text.TextAssembler;
import java.util.Map;

/**
 * Assembler text that is to be checked.
 *
 * @param file as the user named it
 * @param code what it assembles to, not nothing
 */
record CheckedSource(String file, CodeBlob code) {
    /**
     * Reads and assembles it.
     *
     * @throws CommandException if it can't be read, has errors, which are told, or no code
     */
    static CheckedSource read(String file, TrapezeCommand trapeze) {
        Source source = SourceFile.read(file, trapeze.shell());
        CodeBlob code;
        try {
            code = TextAssembler.blob(source);
        } catch (SourceException e) {
            trapeze.shell().complain(SourceReport.of(source, e, trapeze.errStyle()));
            throw new CommandException(Exit.FAILED, "nothing was checked", "Correct " + file + " first", e);
        }
        requireCode(code.size() > 0, file + " has no code in it");
        return new CheckedSource(file, code);
    }

    /** Returns it with a symbol: where the text declares none one at the first byte, named as the text is. */
    CheckedSource named() {
        return code.symbols().isEmpty()
                ? new CheckedSource(file, CodeBlob.disassemble(code.name(), code.bytes(), 0, Map.of(code.name(), 0)))
                : this;
    }

    /** Returns the first of its symbols. */
    String first() {
        return code.symbols().keySet().iterator().next();
    }

    /**
     * Requires that code begins at a symbol.
     *
     * @param otherwise what can be done besides declaring it
     */
    void requireCodeAt(String symbol, String otherwise) {
        if (!code.symbols().containsKey(symbol)) {
            String others = code.symbols().isEmpty()
                    ? "nor any other"
                    : "only " + String.join(", ", code.symbols().keySet());
            throw new CommandException(
                    Exit.USAGE,
                    file + " has no symbol '" + symbol + "', " + others,
                    "Write `.globl " + symbol + "` before its label" + otherwise);
        }
        requireCode(code.offset(symbol) < code.size(), file + " has no code at '" + symbol + "'");
    }

    private static void requireCode(boolean present, String otherwise) {
        if (!present) {
            throw new CommandException(
                    Exit.USAGE,
                    otherwise,
                    "Write a function there: its instructions, the last of which is mostly `ret`");
        }
    }
}
