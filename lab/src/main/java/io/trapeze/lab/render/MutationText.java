// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.render;

import io.trapeze.lab.check.MutationReport;
import io.trapeze.lab.check.MutationReport.Line;
import io.trapeze.lab.check.MutationReport.Score;

/** What came of mutants, as text. */
public final class MutationText {
    private MutationText() {}

    /**
     * Returns the lines that tell of them.
     *
     * @param each whether to tell of each mutant, and not only of the survivors
     */
    public static String of(MutationReport report, boolean each, Style style) {
        StringBuilder text = new StringBuilder();
        if (each) {
            report.mutants().forEach(line -> text.append(line(line)));
        }
        text.append(style.strong(
                        "%-16s%8s%8s%12s%10s".formatted("fault", "mutants", "killed", "equivalent", "survived")))
                .append('\n');
        for (Score score : report.scores()) {
            text.append("%-16s%,8d%,8d%,12d%,10d%n"
                    .formatted(score.fault(), score.mutants(), score.killed(), score.equivalent(), score.survived()));
        }
        report.equivalences().forEach((why, count) -> text.append("%s %,d: %s%n".formatted("equivalent", count, why)));
        if (!each) {
            report.survivors()
                    .forEach(line -> text.append(style.bad(line(line).strip())).append('\n'));
        }
        return text.toString();
    }

    private static String line(Line line) {
        String how = line.fate().equals("killed")
                ? "killed in try " + line.tries() + " by " + line.register().orElse("") + ", " + line.rule()
                : line.fate() + (line.rule().isEmpty() ? " " + line.tries() + " tries" : ": " + line.rule());
        return "%s: %s: %s: %s%n".formatted(line.subject(), line.fault(), line.change(), how);
    }
}
