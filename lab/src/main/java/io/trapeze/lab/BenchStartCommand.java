// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static io.trapeze.lab.render.Table.Align.LEFT;
import static io.trapeze.lab.render.Table.Align.RIGHT;

import io.trapeze.bench.start.StartReport;
import io.trapeze.lab.render.Json;
import io.trapeze.lab.render.Style;
import io.trapeze.lab.render.Table;
import io.trapeze.runtime.os.Platform;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code trapeze bench start}: times how long fresh Java VMs take until the primitives can run. */
@Command(
        name = "start",
        header = "Time how long a fresh JVM takes to emit and map the four primitives.",
        sortOptions = false)
final class BenchStartCommand implements Callable<Integer> {
    private static final int MOST_STARTS = 1000;

    private final TrapezeCommand trapeze;
    private final Bench<Integer, StartReport> bench;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--starts",
            paramLabel = "N",
            defaultValue = "10",
            description = "JVMs to start, 1 to " + MOST_STARTS + "; ${DEFAULT-VALUE} unless given.")
    private int starts;

    @Option(names = "--json", description = "Print the numbers as JSON.")
    private boolean json;

    BenchStartCommand(TrapezeCommand trapeze, Repertoire repertoire) {
        this.trapeze = trapeze;
        this.bench = repertoire.start();
    }

    @Override
    public Integer call() throws InterruptedException {
        if (starts < 1 || starts > MOST_STARTS) {
            throw new ParameterException(
                    spec.commandLine(), "--starts is " + starts + ": it takes 1 to " + MOST_STARTS);
        }
        Platform.current().requireSupported();
        StartReport report;
        try (StatusLine status = new StatusLine(trapeze.shell())) {
            report = bench.run(starts, status::show);
        }
        trapeze.shell().print(json ? Json.of(report) : text(report, trapeze.outStyle()));
        return Exit.FINE;
    }

    static String text(StartReport report, Style style) {
        Table table = new Table(LEFT, RIGHT, RIGHT)
                .row(style.strong("a fresh JVM"), style.strong("min ms"), style.strong("median ms"));
        for (StartReport.Phase phase : report.phases()) {
            table.row(phase.what(), tenths(phase.minMs()), tenths(phase.medianMs()));
        }
        return ConditionsText.of(report.conditions(), style)
                + table.text()
                + "emit and map, in the middle of " + report.starts().size() + " starts: "
                + SwitchText.outcome(report.met() ? "met" : "not met", report.met(), style)
                + " (bar " + tenths(report.barMs()) + " ms)\n";
    }

    private static String tenths(double number) {
        return String.format(Locale.ROOT, "%.1f", number);
    }
}
