// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static io.trapeze.lab.render.Table.Align.LEFT;
import static io.trapeze.lab.render.Table.Align.RIGHT;

import io.trapeze.bench.switches.Absence;
import io.trapeze.bench.switches.Row;
import io.trapeze.bench.switches.SwitchReport;
import io.trapeze.bench.switches.Verdict;
import io.trapeze.lab.render.Style;
import io.trapeze.lab.render.Table;
import java.util.Locale;
import java.util.OptionalInt;

/** What {@code trapeze bench switch} tells: the numbers, the bars, what the peers are and what is missing. */
final class SwitchText {
    private SwitchText() {}

    static String of(SwitchReport report, Style style) {
        StringBuilder text = new StringBuilder(ConditionsText.of(report.conditions(), style));
        text.append(rows(report, style)).append('\n').append(verdicts(report, style));
        if (!report.peers().isEmpty() || !report.absent().isEmpty()) {
            text.append('\n');
        }
        report.peers().forEach(peer -> text.append(style.faint(peer)).append('\n'));
        for (Absence absence : report.absent()) {
            String what = absence.what() + (absence.broken() ? " failed" : " was not measured");
            text.append(absence.broken() ? style.bad(what) : style.doubtful(what))
                    .append(": ")
                    .append(absence.reason())
                    .append('\n');
        }
        return text.toString();
    }

    private static String rows(SwitchReport report, Style style) {
        Table table = new Table(LEFT, RIGHT, RIGHT, RIGHT)
                .row(style.strong("what"), style.strong("n"), style.strong("min ns"), style.strong("median ns"));
        for (Row row : report.rows()) {
            table.row(row.what(), number(row.n()), decimal(row.minNs()), decimal(row.medianNs()));
        }
        return table.text();
    }

    private static String number(OptionalInt n) {
        return n.isPresent() ? String.format(Locale.ROOT, "%,d", n.getAsInt()) : "";
    }

    private static String decimal(double number) {
        return String.format(Locale.ROOT, number < 100 ? "%.2f" : "%,.0f", number);
    }

    private static String verdicts(SwitchReport report, Style style) {
        Table table = new Table(LEFT, RIGHT, LEFT, LEFT)
                .row(style.strong("of the fastest samples"), "", style.strong("bar"), "");
        for (Verdict verdict : report.verdicts()) {
            String outcome = verdict.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' ');
            table.row(
                    verdict.what(),
                    verdict.value().isPresent()
                            ? amount(verdict.unit(), verdict.value().getAsDouble())
                            : "",
                    amount(verdict.unit(), verdict.bar()),
                    verdict.outcome() == Verdict.Outcome.PEER_ABSENT
                            ? style.doubtful(outcome)
                            : outcome(outcome, verdict.outcome() == Verdict.Outcome.MET, style));
        }
        return table.text();
    }

    private static String amount(Verdict.Unit unit, double value) {
        return switch (unit) {
            case RATIO -> String.format(Locale.ROOT, "ratio %.3f", value);
            case NS -> String.format(Locale.ROOT, "%.1f ns", value);
        };
    }

    /** A text that says how it went, in the colour for that. */
    static String outcome(String text, boolean good, Style style) {
        return good ? style.good(text) : style.bad(text);
    }
}
