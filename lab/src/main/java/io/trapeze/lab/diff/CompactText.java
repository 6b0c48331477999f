// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.diff;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.EncodingException;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.text.SourceException;
import java.util.Arrays;

/** An instruction's text without the size of its memory operand, where an assembler knows it without being told. */
final class CompactText {
    private static final String SIZE = "\\b\\w+ ptr ";

    private CompactText() {}

    /** Returns the shortest text that our assembler turns into the same bytes. */
    static String of(Instruction instruction) {
        String text = instruction.text();
        String shorter = text.replaceFirst(SIZE, "");
        return shorter.equals(text) || instruction.target().isPresent() || !says(shorter, instruction.bytes())
                ? text
                : shorter;
    }

    private static boolean says(String text, byte[] bytes) {
        try {
            return Arrays.equals(Assembler.parse(text).bytes(), bytes);
        } catch (SourceException | EncodingException ambiguous) {
            return false;
        }
    }
}
