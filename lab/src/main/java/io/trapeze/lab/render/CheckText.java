// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.render;

import io.trapeze.lab.check.CheckReport;
import java.util.List;
import java.util.stream.Collectors;

/** Checks of code, as text. */
public final class CheckText {
    private CheckText() {}

    /** Returns the lines that tell of them. */
    public static String of(List<CheckReport> reports, Style style) {
        return reports.stream().map(report -> of(report, style)).collect(Collectors.joining());
    }

    private static String of(CheckReport report, Style style) {
        if (report.passed()) {
            String tries = report.tries() == 1 ? "1 try" : "%,d tries".formatted(report.tries());
            return style.good("ok") + "    " + report.subject() + ", " + tries + "\n";
        }
        CheckReport.Failure failure = report.failure().orElseThrow();
        StringBuilder text = new StringBuilder(style.bad("wrong") + " " + report.subject() + ", in try "
                + report.tries() + ": " + failure.ending() + "\n");
        line(text, "where", failure.where() + ", " + failure.register());
        line(text, "expected", failure.expected());
        line(text, "found", failure.found() + (failure.bits().isEmpty() ? "" : " (" + failure.bits() + ")"));
        line(text, "rule", failure.rule());
        line(text, "hint", failure.hint());
        line(text, "steps", String.join("; ", failure.steps()));
        line(
                text,
                "needs",
                failure.live().isEmpty()
                        ? "nothing: it is the same with every register zero"
                        : "a value in " + String.join(", ", failure.live()) + "; all other registers may be zero");
        CheckReport.Replay replay = failure.replay();
        line(text, "again", replay.command());
        line(text, "in gdb", replay.debugger().orElse(""));
        line(text, "noted in", replay.noted().orElse(""));
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        if (!value.isEmpty()) {
            text.append("      %-10s%s%n".formatted(name, value));
        }
    }
}
