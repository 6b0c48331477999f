// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.switches;

import io.trapeze.bench.peers.Peer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** The bars that the project sets itself, held against what was measured. Fastest samples are compared with fastest samples. */
final class Bars {
    private final List<Row> rows;

    private Bars(List<Row> rows) {
        this.rows = rows;
    }

    /** Judges. */
    static List<Verdict> judge(List<Row> rows) {
        Bars bars = new Bars(rows);
        return List.of(
                bars.ratio(Subject.YIELD_2, Peer.BOOST, 1.0),
                bars.ratio(Subject.YIELD_2, Peer.GO, 1.0 / 8),
                bars.ratio(Subject.YIELD_2, Peer.VIRTUAL_THREAD, 1.0 / 25),
                bars.cost(Subject.CALL_BOUND, 20),
                bars.cost(Subject.ENTER_LEAVE, 60),
                bars.cost(Subject.UPCALL, 300));
    }

    private Verdict ratio(Subject subject, Peer peer, double bar) {
        Row own = own(subject);
        OptionalDouble value = rows.stream()
                .filter(row -> row.what().equals(peer.label()) && row.n().equals(subject.n()))
                .mapToDouble(row -> own.minNs() / row.minNs())
                .findFirst();
        return Verdict.of(own.title() + " / " + peer.label(), Verdict.Unit.RATIO, value, bar);
    }

    private Verdict cost(Subject subject, double bar) {
        Row own = own(subject);
        return Verdict.of(own.title(), Verdict.Unit.NS, OptionalDouble.of(own.minNs()), bar);
    }

    private Row own(Subject subject) {
        Optional<Row> own = rows.stream()
                .filter(row -> row.what().equals(subject.label()) && row.n().equals(subject.n()))
                .findFirst();
        return own.orElseThrow(() -> new IllegalStateException(subject + " was not measured, and a bar is set for it"));
    }
}
