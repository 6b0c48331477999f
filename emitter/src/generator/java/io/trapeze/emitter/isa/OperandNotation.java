// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads an operand as the table writes it. */
final class OperandNotation {
    private static final Pattern NOTATION =
            Pattern.compile("((?:[^{:]|:\\d)*?)(?:/m(32|64)bcst)?((?:\\{(?:k|z|er|sae)})*)(?::(rw|[rw-]))?");

    private OperandNotation() {}

    /**
     * Reads an operand as the table writes it, for example <code>zmm/m512/m64bcst{er}</code> or <code>zmm{k}{z}:w</code>.
     *
     * @throws IllegalArgumentException if a part of it is unknown
     */
    static OperandSpec read(String text) {
        Matcher matcher = NOTATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("unknown access or mark in operand '" + text + "'");
        }
        OperandKind kind = OperandKind.of(matcher.group(1))
                .orElseThrow(() -> new IllegalArgumentException("unknown operand '" + matcher.group(1) + "'"));
        int broadcastBits = matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2));
        Set<Mark> marks = EnumSet.noneOf(Mark.class);
        for (String mark : matcher.group(3).split("[{}]+")) {
            if (!mark.isEmpty()) {
                marks.add(Mark.valueOf(mark.toUpperCase(Locale.ROOT)));
            }
        }
        String letters = matcher.group(4) == null ? "r" : matcher.group(4);
        Access access = switch (letters) {
            case "w" -> Access.WRITE;
            case "rw" -> Access.READ_WRITE;
            case "-" -> Access.NONE;
            default -> Access.READ;
        };
        return new OperandSpec(kind, broadcastBits, Collections.unmodifiableSet(marks), access);
    }
}
