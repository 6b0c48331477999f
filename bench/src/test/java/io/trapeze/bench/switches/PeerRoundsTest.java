// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.switches;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.bench.peers.Peer;
import io.trapeze.bench.peers.PeerReport;
import io.trapeze.bench.peers.PeerResult;
import io.trapeze.bench.peers.PeerRun;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class PeerRoundsTest {
    private final PeerRounds rounds = new PeerRounds(Peer.GO);

    private static PeerResult run(double min, double median) {
        PeerReport report = new PeerReport("go1.19", List.of(new PeerRun(Peer.GO, 2, min, median)));
        return new PeerResult.Measured(Peer.GO, report, List.of("gosched"), true);
    }

    @Test
    void keepTheBestOfAllRunsAndTheMiddleOfTheirMedians() {
        rounds.add(run(50, 60));
        rounds.add(run(48, 90));
        rounds.add(run(55, 56));
        assertThat(rounds.rows()).containsExactly(new Row("go/gosched", OptionalInt.of(2), 48, 60, 45));
        assertThat(rounds.versions()).containsExactly("go/gosched: go1.19; gosched");
        assertThat(rounds.absences()).isEmpty();
    }

    @Test
    void doNotAskAgainForAPeerThatIsNotThere() {
        assertThat(rounds.goesOn()).isTrue();
        rounds.add(new PeerResult.Absent(Peer.GO, "no go: install golang-go"));
        assertThat(rounds.goesOn()).isFalse();
        assertThat(rounds.rows()).isEmpty();
        assertThat(rounds.absences()).containsExactly(new Absence("go/gosched", "no go: install golang-go", false));
    }

    @Test
    void tellOfAFailureInALaterRoundAndKeepWhatWasMeasuredBefore() {
        rounds.add(run(50, 60));
        rounds.add(new PeerResult.Failed(Peer.GO, "ended with 1"));
        assertThat(rounds.rows()).hasSize(1);
        assertThat(rounds.absences()).containsExactly(new Absence("go/gosched", "ended with 1", true));
    }
}
