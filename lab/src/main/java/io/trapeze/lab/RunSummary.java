// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static io.trapeze.lab.render.Table.Align.LEFT;
import static io.trapeze.lab.render.Table.Align.RIGHT;

import io.trapeze.lab.program.Program;
import io.trapeze.lab.program.ProgramReport;
import io.trapeze.lab.render.Style;
import io.trapeze.lab.render.Table;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What {@code trapeze run} tells in the end.
 *
 * @param verified whether every program was
 * @param seed what to run it with again
 * @param carriers threads that ran goroutines
 * @param programs the reports, in the order in which they ran
 */
record RunSummary(boolean verified, long seed, int carriers, List<Entry> programs) {
    /**
     * One program's report, as JSON shows it.
     *
     * @param seconds time it took
     * @param checked what was checked, if there is more to say than the program's name
     */
    record Entry(
            String program,
            boolean verified,
            List<String> failures,
            long switches,
            long upcalls,
            long preemptions,
            double seconds,
            String checked,
            Map<String, Long> figures) {
        static Entry of(ProgramReport report) {
            return new Entry(
                    report.name(),
                    report.verified(),
                    report.failures(),
                    report.switches(),
                    report.upcalls(),
                    report.preemptions(),
                    report.elapsed().toNanos() / 1e9,
                    report.checked(),
                    report.figures());
        }
    }

    RunSummary(long seed, int carriers, List<ProgramReport> reports) {
        this(
                reports.stream().allMatch(ProgramReport::verified),
                seed,
                carriers,
                reports.stream().map(Entry::of).toList());
    }

    /** A program that there is, as JSON shows it. */
    record Listed(String program, String shows) {}

    /** The programs there are, for JSON. */
    static List<Listed> list(Collection<Program> programs) {
        return programs.stream()
                .map(program -> new Listed(program.name(), program.shows()))
                .toList();
    }

    /** The programs there are, with what each shows. */
    static String list(Collection<Program> programs, Style style) {
        Table table = new Table(LEFT, LEFT);
        programs.forEach(program -> table.row(style.strong(program.name()), program.shows()));
        return table.text();
    }

    /** One line a program; below it what failed, and what else there is to know. */
    String text(Style style) {
        Table table = new Table(LEFT, RIGHT, RIGHT, RIGHT, RIGHT, LEFT)
                .row(
                        style.strong("program"),
                        style.strong("switches"),
                        style.strong("upcalls"),
                        style.strong("preemptions"),
                        style.strong("time"),
                        "");
        for (Entry entry : programs) {
            table.row(
                    entry.program(),
                    count(entry.switches()),
                    count(entry.upcalls()),
                    count(entry.preemptions()),
                    String.format(Locale.ROOT, "%.2f s", entry.seconds()),
                    entry.verified() ? style.good("verified") : style.bad("FAILED"));
        }
        StringBuilder text = new StringBuilder(table.text());
        for (Entry entry : programs) {
            entry.failures()
                    .forEach(failure -> text.append(style.bad(entry.program() + ": "))
                            .append(failure)
                            .append('\n'));
        }
        for (Entry entry : programs) {
            if (!entry.checked().isEmpty()) {
                text.append(style.faint(entry.program() + ": checked " + entry.checked()))
                        .append('\n');
            }
            entry.figures()
                    .forEach((what, figure) ->
                            text.append(style.faint(entry.program() + ": " + what + " " + count(figure)) + "\n"));
        }
        return text.append(style.faint("seed " + seed + ", " + carriers + (carriers == 1 ? " carrier" : " carriers")))
                .append('\n')
                .toString();
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
