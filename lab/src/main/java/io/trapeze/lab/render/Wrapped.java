// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.render;

import java.util.List;

/** Texts one behind the other, on as many lines as it takes. */
final class Wrapped {
    private Wrapped() {}

    /** Returns the lines, each with its end; {@code head} stands before the first, and as many blanks before the others. */
    static String text(String head, List<String> texts, String separator, int width) {
        StringBuilder text = new StringBuilder();
        String line = head;
        boolean begun = false;
        for (String item : texts) {
            if (begun && Style.width(line + separator + item + separator.stripTrailing()) > width) {
                text.append(line).append(separator.stripTrailing()).append('\n');
                line = " ".repeat(Style.width(head)) + item;
            } else {
                line += (begun ? separator : "") + item;
            }
            begun = true;
        }
        return text.append(line).append('\n').toString();
    }
}
