// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static io.trapeze.lab.render.Table.Align.LEFT;
import static io.trapeze.lab.render.Table.Align.RIGHT;

import io.trapeze.bench.parked.ParkedReport;
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

/** {@code trapeze bench parked}: parks many goroutines at once, tells what each takes, and resumes them all. */
@Command(
        name = "parked",
        header = "Park many goroutines at once, tell what each takes, and resume them all.",
        sortOptions = false)
final class BenchParkedCommand implements Callable<Integer> {
    private static final int MOST_GOROUTINES = 1_000_000;

    private final TrapezeCommand trapeze;
    private final Bench<Integer, ParkedReport> bench;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--goroutines",
            paramLabel = "N",
            defaultValue = "100000",
            description = "Goroutines to park, 1 to 1,000,000; ${DEFAULT-VALUE} unless given.")
    private int goroutines;

    @Option(names = "--json", description = "Print the numbers as JSON.")
    private boolean json;

    BenchParkedCommand(TrapezeCommand trapeze, Repertoire repertoire) {
        this.trapeze = trapeze;
        this.bench = repertoire.parked();
    }

    @Override
    public Integer call() throws InterruptedException {
        if (goroutines < 1 || goroutines > MOST_GOROUTINES) {
            throw new ParameterException(
                    spec.commandLine(), "--goroutines is " + goroutines + ": it takes 1 to 1,000,000");
        }
        Platform.current().requireSupported();
        ParkedReport report;
        try (StatusLine status = new StatusLine(trapeze.shell())) {
            report = bench.run(goroutines, status::show);
        }
        trapeze.shell().print(json ? Json.of(report) : text(report, trapeze.outStyle()));
        return report.verified() ? Exit.FINE : Exit.FAILED;
    }

    static String text(ParkedReport report, Style style) {
        Table table = new Table(LEFT, RIGHT, LEFT)
                .row(style.strong("each parked goroutine"), "", "")
                .row(
                        "memory",
                        count(report.each().resident()),
                        "bytes, of these on the Java heap "
                                + count(report.each().javaHeap()))
                .row("page tables", count(report.each().pageTables()), "bytes")
                .row("address space", count(report.each().address()), "bytes")
                .row("create", count(Math.round(report.createNs())), "ns")
                .row("start and park", count(Math.round(report.parkNs())), "ns")
                .row("make ready", count(Math.round(report.readyNs())), "ns")
                .row("resume and end", count(Math.round(report.resumeNs())), "ns");
        return ConditionsText.of(report.conditions(), style)
                + table.text()
                + count(report.goroutines()) + " parked at once, "
                + SwitchText.outcome(count(report.resumed()) + " resumed", report.verified(), style)
                + (report.kernelGuardPages()
                        ? "; the kernel's own guard pages need no mapping each\n"
                        : "; each guard page takes mappings: vm.max_map_count is the limit\n");
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
