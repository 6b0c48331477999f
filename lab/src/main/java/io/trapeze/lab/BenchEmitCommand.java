// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static io.trapeze.lab.render.Table.Align.LEFT;
import static io.trapeze.lab.render.Table.Align.RIGHT;

import io.trapeze.bench.emission.Effort;
import io.trapeze.bench.emission.EmissionReport;
import io.trapeze.lab.render.Json;
import io.trapeze.lab.render.Style;
import io.trapeze.lab.render.Table;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code trapeze bench emit}: times how fast code is written, beside other emitters. */
@Command(
        name = "emit",
        header = "Time how fast code is written, beside other emitters.",
        description =
                "Builds the emitters to compare with Maven, which fetches them on first use, and measures under JMH.",
        sortOptions = false)
final class BenchEmitCommand implements Callable<Integer> {
    private final TrapezeCommand trapeze;
    private final Bench<Effort, EmissionReport> bench;

    @Option(names = "--quick", description = "Take fewer and shorter iterations.")
    private boolean quick;

    @Option(names = "--json", description = "Print the numbers as JSON.")
    private boolean json;

    BenchEmitCommand(TrapezeCommand trapeze, Repertoire repertoire) {
        this.trapeze = trapeze;
        this.bench = repertoire.emission();
    }

    @Override
    public Integer call() throws InterruptedException {
        EmissionReport report;
        try (StatusLine status = new StatusLine(trapeze.shell())) {
            report = bench.run(quick ? Effort.QUICK : Effort.FULL, status::show);
        } catch (IllegalStateException e) {
            throw new CommandException(Exit.FAILED, e.getMessage(), "Nothing was measured");
        }
        trapeze.shell().print(json ? Json.of(report) : text(report, trapeze.outStyle()));
        return Exit.FINE;
    }

    static String text(EmissionReport report, Style style) {
        Table rows = new Table(LEFT, RIGHT, RIGHT, RIGHT)
                .row(
                        style.strong(EmissionReport.INSTRUCTIONS + " instructions"),
                        style.strong("min ns each"),
                        style.strong("median ns each"),
                        style.strong("bytes a block"));
        for (EmissionReport.Row row : report.rows()) {
            rows.row(
                    row.what(),
                    decimal("%.2f", row.minNs()),
                    decimal("%.2f", row.medianNs()),
                    decimal("%,.0f", row.bytes()));
        }
        EmissionReport.FirstBlock first = report.firstBlock();
        Table bars = new Table(LEFT, RIGHT, LEFT, LEFT)
                .row(style.strong("of the fastest iterations"), "", style.strong("bar"), "");
        for (EmissionReport.Bar bar : report.bars()) {
            bars.row(
                    bar.what(),
                    decimal("%.1f", bar.value()),
                    (bar.atLeast() ? "at least " : "at most ") + decimal("%.0f", bar.limit()),
                    SwitchText.outcome(bar.met() ? "met" : "not met", bar.met(), style));
        }
        return ConditionsText.of(report.conditions(), style) + rows.text()
                + "\nfirst block of a fresh JVM, in the middle of "
                + first.starts() + " starts: " + decimal("%.1f", first.milliseconds()) + " ms, " + first.classes()
                + " classes\n\n" + bars.text();
    }

    private static String decimal(String format, double number) {
        return String.format(Locale.ROOT, format, number);
    }
}
