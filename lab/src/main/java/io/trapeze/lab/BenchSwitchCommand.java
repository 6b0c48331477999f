// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.bench.peers.Peer;
import io.trapeze.bench.peers.PeerResult;
import io.trapeze.lab.measure.Effort;
import io.trapeze.lab.measure.Measure;
import io.trapeze.lab.measure.Sampler;
import io.trapeze.lab.measure.Timing;
import io.trapeze.lab.render.Json;
import io.trapeze.runtime.os.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code trapeze bench switch}: times switches, upcalls and calls, and beside them the peers that this machine has. */
@Command(
        name = "switch",
        header = "Time switches, and whichever peers this machine has.",
        description =
                "Two numbers for each: nanoseconds an operation in the fastest and in the middle sample. Peers are small"
                        + " programs that are built with the machine's own compilers on first use.",
        sortOptions = false)
final class BenchSwitchCommand implements Callable<Integer> {
    private final TrapezeCommand trapeze;
    private final Repertoire repertoire;

    @Option(names = "--quick", description = "Take fewer and shorter samples of what is ours.")
    private boolean quick;

    @Option(names = "--json", description = "Print the numbers as JSON.")
    private boolean json;

    BenchSwitchCommand(TrapezeCommand trapeze, Repertoire repertoire) {
        this.trapeze = trapeze;
        this.repertoire = repertoire;
    }

    @Override
    public Integer call() throws InterruptedException {
        Platform.current().requireSupported();
        BenchReport report;
        try (StatusLine status = new StatusLine(trapeze.shell())) {
            List<Timing> own = own(status);
            report = BenchReport.of(own, peers(status));
        }
        trapeze.shell().print(json ? Json.of(report) : report.text(trapeze.outStyle()));
        return Exit.FINE;
    }

    private List<Timing> own(StatusLine status) throws InterruptedException {
        Sampler sampler = new Sampler(quick ? Effort.QUICK : Effort.THOROUGH);
        List<Timing> timings = new ArrayList<>();
        for (Measure measure : repertoire.measures()) {
            status.show("measuring: " + measure.what());
            timings.addAll(measure.take(sampler));
        }
        return timings;
    }

    private List<PeerResult> peers(StatusLine status) throws InterruptedException {
        List<PeerResult> results = new ArrayList<>();
        for (Peer peer : Peer.values()) {
            status.show("measuring: " + peer.label());
            results.add(repertoire.peers().measure(peer));
        }
        return results;
    }
}
