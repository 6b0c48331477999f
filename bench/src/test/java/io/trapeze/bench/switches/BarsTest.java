// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.switches;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.trapeze.bench.peers.Peer;
import io.trapeze.bench.sampling.Samples;
import io.trapeze.bench.switches.Verdict.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class BarsTest {
    private final List<Row> rows = new ArrayList<>();

    private BarsTest measured(Subject subject, double ns) {
        rows.add(Row.of(subject, new Samples(ns, 2 * ns, 15)));
        return this;
    }

    private BarsTest measured(Peer peer, int n, double ns) {
        rows.add(new Row(peer.label(), OptionalInt.of(n), ns, 2 * ns, 15));
        return this;
    }

    private BarsTest ownNumbers(double yield) {
        return measured(Subject.YIELD_2, yield)
                .measured(Subject.YIELD_100, 99)
                .measured(Subject.CALL_BOUND, 20)
                .measured(Subject.ENTER_LEAVE, 60.1)
                .measured(Subject.UPCALL, 100);
    }

    @Test
    void areRatiosOfTheFastestSamplesWithAsManyContexts() {
        ownNumbers(4).measured(Peer.BOOST, 2, 4).measured(Peer.GO, 100, 1).measured(Peer.GO, 2, 31);
        List<Verdict> verdicts = Bars.judge(rows);
        assertThat(verdicts.get(0).value()).hasValue(1.0);
        assertThat(verdicts.get(0).outcome()).as("a ratio that is the bar").isEqualTo(Outcome.MET);
        assertThat(verdicts.get(1).value().orElseThrow()).isCloseTo(4.0 / 31, within(1e-9));
        assertThat(verdicts.get(1).outcome()).as("4 / 31 against 1 / 8").isEqualTo(Outcome.NOT_MET);
    }

    @Test
    void stayUndecidedWithoutTheirPeer() {
        ownNumbers(4);
        Verdict boost = Bars.judge(rows).get(0);
        assertThat(boost.outcome()).isEqualTo(Outcome.PEER_ABSENT);
        assertThat(boost.value()).isEmpty();
    }

    @Test
    void areNanosecondsForWhatHasNoPeer() {
        ownNumbers(4);
        assertThat(Bars.judge(rows).subList(3, 6))
                .extracting(Verdict::outcome)
                .containsExactly(Outcome.MET, Outcome.NOT_MET, Outcome.MET);
    }

    @Test
    void wantWhatTheyAreAbout() {
        assertThatThrownBy(() -> Bars.judge(rows)).hasMessageContaining("YIELD_2 was not measured");
    }
}
