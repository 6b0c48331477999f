// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.bench.peers.Peer;
import io.trapeze.bench.peers.PeerBench;
import io.trapeze.bench.peers.PeerResult;
import io.trapeze.lab.measure.Measure;
import io.trapeze.lab.measure.Measures;
import io.trapeze.lab.program.Program;
import io.trapeze.lab.program.Programs;
import java.util.List;

/**
 * What there is to run and to measure.
 *
 * @param programs for {@code trapeze run}
 * @param measures for {@code trapeze bench switch}
 * @param peers measures what stands beside them
 */
record Repertoire(List<Program> programs, List<Measure> measures, Peers peers) {
    /** Measures other ways to switch. */
    @FunctionalInterface
    interface Peers {
        PeerResult measure(Peer peer) throws InterruptedException;
    }

    /** All that this version has. */
    static Repertoire shipped() {
        return new Repertoire(
                Programs.all(), Measures.ofSwitches(), peer -> PeerBench.here().measure(peer));
    }
}
