// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import java.util.regex.Pattern;

/** What objdump writes of a program's code that says nothing else than our text does: each with its reason. */
enum Spelling {
    OPERAND_SIZE("66H beside REX.W, or said twice", "^((\\S+ )*)data16 ", "$1"),
    FLAT_SEGMENT("an override of a segment that starts at 0 anyway", "^((\\S+ )*)(cs|ds|es|ss) (?=\\S)", "$1"),
    HINT("a hint of a branch's direction, which processors since the Pentium 4 ignore", ",p[tn]\\b", ""),
    REX("REX bits that nothing needs", "^((\\S+ )*)rex(\\.[WRXB]+)? ", "$1"),
    REPEAT("F3H before a return, for older AMD processors", "^repz (?=ret)", ""),
    BOUND("F2H before a branch, the MPX prefix that no processor heeds any more", "^bnd ", ""),
    ADDRESS_SIZE("67H with which linkers pad a call", "^addr32 (?=call|jmp)", ""),
    NO_INDEX("a SIB byte without an index", "\\+(riz|eiz)\\*[1248]", ""),
    ONE("an index that counts once, and no base, is a base", "\\[(r\\w+)\\*1(?=[+\\-\\]])", "[$1"),
    TARGET(
            "a branch has its target in hexadecimal and the nearest symbol behind it",
            "^(\\S+ )([0-9a-f]+) <[^>]*>$",
            "$10x$2"),
    COMMENT("the address a rip-relative operand comes to, and its symbol", "\\s*<[^>]*>$", "");

    private final Pattern pattern;
    private final String replacement;

    Spelling(String reason, String pattern, String replacement) {
        if (reason.isBlank()) {
            throw new IllegalArgumentException(this + " needs a reason");
        }
        this.pattern = Pattern.compile(pattern, Pattern.CASE_INSENSITIVE);
        this.replacement = replacement;
    }

    /** Returns the text without any of these, and otherwise as {@link Disassembly#normal} writes it. */
    static String normal(String instruction) {
        String text = instruction.strip().replaceAll("\\s+", " ");
        int comment = text.indexOf('#');
        text = comment < 0 ? text : text.substring(0, comment).strip();
        String last;
        do {
            last = text;
            for (Spelling spelling : values()) {
                text = spelling.pattern.matcher(text).replaceAll(spelling.replacement);
            }
        } while (!text.equals(last));
        return Disassembly.normal(text);
    }
}
