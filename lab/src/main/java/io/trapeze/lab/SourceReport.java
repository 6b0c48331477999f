// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.emitter.text.Problem;
import io.trapeze.emitter.text.Source;
import io.trapeze.emitter.text.SourceException;
import io.trapeze.lab.render.Style;
import java.util.List;
import java.util.regex.Pattern;

/** The errors of a source as a person reads them: each with its line, and a caret below what it is about. */
final class SourceReport {
    /** The most characters of a line that are shown: those around its error. */
    private static final int WIDEST = 200;

    private static final String CUT = "…";

    private static final Pattern OF_GOROUTINES = Pattern.compile("^unknown instruction '(call_java|yield|exit)'");

    private SourceReport() {}

    static String of(Source source, SourceException errors, Style style) {
        List<String> lines = source.text().lines().toList();
        StringBuilder text = new StringBuilder();
        for (Problem problem : errors.problems()) {
            text.append(of(source.name(), lines, problem.line(), problem.column(), problem.message(), style));
        }
        int count = errors.problems().size();
        String most = count == SourceException.MOST_PROBLEMS ? " or more" : "";
        text.append(source.name() + ": " + count + most + (count == 1 ? " error" : " errors") + "\n");
        if (errors.problems().stream()
                .anyMatch(problem -> OF_GOROUTINES.matcher(problem.message()).find())) {
            text.append(source.name() + ": call_java, yield and exit are for goroutines: `trapeze run " + source.name()
                    + "` runs them\n");
        }
        return text.toString();
    }

    /** Returns one error; without a line in the source, line 0, only the message. */
    static String of(String file, List<String> lines, int line, int column, String message, Style style) {
        String place = file + (line == 0 ? "" : ":" + line + (column == 0 ? "" : ":" + column)) + ": ";
        String head = style.strong(place) + style.bad("error: ") + message + "\n";
        if (line == 0 || line > lines.size()) {
            return head;
        }
        String whole = lines.get(line - 1);
        int caret = Math.min(whole.length(), Math.max(0, column - 1));
        int from = whole.length() > WIDEST ? Math.max(0, caret - WIDEST / 2) : 0;
        int to = Math.min(whole.length(), from + WIDEST);
        String before = from == 0 ? "" : CUT;
        String shown = before + whole.substring(from, to) + (to == whole.length() ? "" : CUT);
        String number = "%5d".formatted(line);
        // tabs before the caret are as wide as those above it
        String indent = (before + whole.substring(from, caret)).replaceAll("[^\t]", " ");
        return head + style.faint(number + " | ") + shown + "\n"
                + (column == 0
                        ? ""
                        : style.faint(" ".repeat(number.length()) + " | ") + indent + style.good("^") + "\n");
    }
}
