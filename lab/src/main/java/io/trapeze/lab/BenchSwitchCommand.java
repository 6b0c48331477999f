// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.bench.switches.Effort;
import io.trapeze.bench.switches.SwitchReport;
import io.trapeze.lab.render.Json;
import io.trapeze.runtime.os.Platform;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code trapeze bench switch}: times switches, upcalls and calls, and beside them the peers that this machine has. */
@Command(
        name = "switch",
        header = "Time switches and calls, and whichever peers this machine has.",
        description =
                "Two numbers for each: nanoseconds an operation in the fastest and in the middle sample. Peers are small"
                        + " programs that are built with the machine's own compilers on first use.",
        sortOptions = false)
final class BenchSwitchCommand implements Callable<Integer> {
    private final TrapezeCommand trapeze;
    private final Bench<Effort, SwitchReport> bench;

    @Option(names = "--quick", description = "Take fewer and shorter samples, and run each peer once.")
    private boolean quick;

    @Option(names = "--json", description = "Print the numbers as JSON.")
    private boolean json;

    BenchSwitchCommand(TrapezeCommand trapeze, Repertoire repertoire) {
        this.trapeze = trapeze;
        this.bench = repertoire.switches();
    }

    @Override
    public Integer call() throws InterruptedException {
        Platform.current().requireSupported();
        SwitchReport report;
        try (StatusLine status = new StatusLine(trapeze.shell())) {
            report = bench.run(quick ? Effort.QUICK : Effort.FULL, status::show);
        }
        trapeze.shell().print(json ? Json.of(report) : SwitchText.of(report, trapeze.outStyle()));
        return report.complete() ? Exit.FINE : Exit.FAILED;
    }
}
