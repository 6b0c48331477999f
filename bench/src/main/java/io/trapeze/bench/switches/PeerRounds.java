// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.switches;

import io.trapeze.bench.peers.Peer;
import io.trapeze.bench.peers.PeerResult;
import io.trapeze.bench.peers.PeerRun;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** What several runs of one peer gave: its best, so that a bar is never met because a peer had a bad moment. */
final class PeerRounds {
    /** Samples that each run of a peer takes. */
    static final int SAMPLES_PER_RUN = 15;

    private final Peer peer;
    private final List<PeerResult.Measured> runs = new ArrayList<>();
    private PeerResult last;

    PeerRounds(Peer peer) {
        this.peer = peer;
    }

    Peer peer() {
        return peer;
    }

    /** Whether it is of use to run it again. */
    boolean goesOn() {
        return last == null || last instanceof PeerResult.Measured;
    }

    void add(PeerResult result) {
        last = result;
        if (result instanceof PeerResult.Measured measured) {
            runs.add(measured);
        }
    }

    /** One row for each number of contexts; none if it was never measured. */
    List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        int numbers = runs.isEmpty() ? 0 : runs.get(0).report().runs().size();
        for (int i = 0; i < numbers; i++) {
            rows.add(row(i));
        }
        return rows;
    }

    private Row row(int index) {
        List<PeerRun> same =
                runs.stream().map(run -> run.report().runs().get(index)).toList();
        List<Double> medians = same.stream().map(PeerRun::medianNs).sorted().toList();
        return new Row(
                peer.label(),
                OptionalInt.of(same.get(0).n()),
                same.stream().mapToDouble(PeerRun::minNs).min().orElseThrow(),
                medians.get(medians.size() / 2),
                same.size() * SAMPLES_PER_RUN);
    }

    /** What it was, in its own words, and the command that ran it; none if it was never measured. */
    List<String> versions() {
        return runs.stream()
                .limit(1)
                .map(run -> peer.label() + ": " + run.report().version() + "; " + String.join(" ", run.command())
                        + (run.pinned() ? "" : " (on any processor)"))
                .toList();
    }

    /** Why it was not measured, or not in every round. */
    List<Absence> absences() {
        if (last instanceof PeerResult.Absent absent) {
            return List.of(new Absence(peer.label(), absent.reason(), false));
        } else if (last instanceof PeerResult.Failed failed) {
            return List.of(new Absence(peer.label(), failed.reason(), true));
        }
        return List.of();
    }
}
