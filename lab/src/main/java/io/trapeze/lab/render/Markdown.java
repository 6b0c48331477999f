// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.render;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The parts that pages in Markdown are put together from. */
final class Markdown {
    private Markdown() {}

    /** Returns a row of a table, with its line end. */
    static String row(String... cells) {
        return Arrays.stream(cells)
                .map(cell -> cell.replace("|", "\\|"))
                .collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    /** Returns a text as code; nothing for nothing. */
    static String code(String text) {
        return text.isEmpty() ? "" : "`" + text + "`";
    }
}
