// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.render;

import io.trapeze.lab.check.ExhibitReport;
import io.trapeze.lab.check.ExhibitReport.Outcome;
import io.trapeze.testkit.museum.Exhibit.Change;
import io.trapeze.testkit.museum.Reference;
import java.util.List;

/** Exhibits of the museum, as text. */
public final class MuseumText {
    private static final int WIDTH = 79;

    private MuseumText() {}

    /** Returns a line for each. */
    public static String list(List<ExhibitReport> reports) {
        Table table = new Table(Table.Align.LEFT, Table.Align.LEFT);
        reports.forEach(report -> table.row(report.name(), report.title()));
        return table.text();
    }

    /** Returns a line for each with what came of it, and how many were found. */
    public static String outcomes(List<ExhibitReport> reports, Style style) {
        Table table = new Table(Table.Align.LEFT, Table.Align.LEFT, Table.Align.LEFT);
        reports.forEach(report -> table.row(outcome(report, style), report.name(), said(report)));
        return table.text()
                + "%d exhibits, %d found%s%n"
                        .formatted(
                                reports.size(),
                                count(reports, Outcome.FOUND),
                                count(reports, Outcome.IMPOSSIBLE) == 0
                                        ? ""
                                        : ", %d take registers that this processor lacks"
                                                .formatted(count(reports, Outcome.IMPOSSIBLE)));
    }

    /** Returns all that there is to tell of one. */
    public static String of(ExhibitReport report, Style style) {
        StringBuilder text = new StringBuilder();
        text.append(style.strong(report.name() + ": " + report.title())).append("\n\n");
        text.append(Wrapped.text("", List.of(report.story().split(" ")), " ", WIDTH))
                .append('\n');
        for (Reference reference : report.references()) {
            text.append(reference.what()).append("\n  ").append(reference.url()).append('\n');
        }
        Table table = new Table(Table.Align.LEFT, Table.Align.LEFT);
        table.row(style.faint("right"), style.faint("wrong"));
        report.changes().forEach(change -> change(table, change));
        text.append('\n').append(report.code()).append('\n');
        table.text().lines().forEach(line -> text.append("  ").append(line).append('\n'));
        text.append('\n');
        report.check().ifPresent(check -> text.append(CheckText.of(List.of(check), style)));
        return text.append(outcome(report, style))
                .append(report.outcome() == Outcome.FOUND ? ", as it has to be: " : ", which has to be found: ")
                .append(report.finding())
                .append('\n')
                .toString();
    }

    private static void change(Table table, Change change) {
        List<String> wrong = change.wrong().isEmpty() ? List.of("nothing") : change.wrong();
        for (int i = 0; i < wrong.size(); i++) {
            table.row(i == 0 ? change.right() : "", wrong.get(i));
        }
    }

    private static String outcome(ExhibitReport report, Style style) {
        return switch (report.outcome()) {
            case FOUND -> style.good("found");
            case MISSED -> style.bad("missed");
            case IMPOSSIBLE -> style.doubtful("impossible here");
            case NOT_RUN -> "not run";
        };
    }

    /** What the check said. */
    private static String said(ExhibitReport report) {
        return report.check()
                .map(check -> check.failure()
                        .map(failure -> failure.register() + ", by " + failure.rule() + ", in try " + check.tries())
                        .orElse("nothing in " + check.tries() + " tries"))
                .orElse(report.code());
    }

    private static long count(List<ExhibitReport> reports, Outcome outcome) {
        return reports.stream().filter(report -> report.outcome() == outcome).count();
    }
}
