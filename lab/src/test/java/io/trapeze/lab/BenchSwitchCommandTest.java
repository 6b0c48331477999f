// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import io.trapeze.bench.peers.Peer;
import io.trapeze.bench.peers.PeerReport;
import io.trapeze.bench.peers.PeerResult;
import io.trapeze.bench.peers.PeerRun;
import io.trapeze.lab.Session.Ending;
import io.trapeze.lab.measure.Measure;
import io.trapeze.lab.measure.Measures;
import io.trapeze.lab.measure.Sampler;
import io.trapeze.lab.measure.Timing;
import io.trapeze.runtime.os.Platform;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("trapeze bench switch")
class BenchSwitchCommandTest {
    private final Session session =
            new Session().with(new Repertoire(List.of(), List.of(timings()), BenchSwitchCommandTest::peer));

    @BeforeEach
    void assumeThatCodeRunsHere() {
        Platform here = Platform.current();
        assumeTrue(here.isX64() && here.isLinux(), "code runs on Linux on x86-64 only, and this is " + here);
    }

    private static Measure timings() {
        return new Measure() {
            @Override
            public String what() {
                return "invented numbers";
            }

            @Override
            public List<Timing> take(Sampler sampler) {
                return List.of(
                        new Timing(Measures.YIELD, OptionalInt.of(2), 4, 5),
                        new Timing(Measures.YIELD, OptionalInt.of(1000), 8, 10),
                        new Timing("call of Java", OptionalInt.empty(), 100, 1250.4));
            }
        };
    }

    private static PeerResult peer(Peer peer) {
        return switch (peer) {
            case BOOST ->
                new PeerResult.Measured(
                        peer,
                        new PeerReport(
                                "Boost 1.74", List.of(new PeerRun(peer, 2, 5.5, 6), new PeerRun(peer, 1000, 9, 12))),
                        List.of("/cache/program", "fast"),
                        true);
            case GO -> new PeerResult.Absent(peer, "no go on the PATH: install golang-go");
            case VIRTUAL_THREAD -> new PeerResult.Failed(peer, "java ended with 1");
        };
    }

    @Test
    void setsEverythingBesideAYieldAmongAsManyGoroutines() {
        Ending ending = session.type("bench switch");
        assertThat(ending.exit()).isZero();
        assertThat(ending.err()).isEmpty();
        assertThat(ending.out()).isEqualTo("""
                        what                             n  min ns  median ns  in yields
                        yield through the run queue      2    4.00       5.00       1.00
                        yield through the run queue  1,000    8.00      10.00       1.00
                        call of Java                           100      1,250        250
                        boost/jump_fcontext              2    5.50       6.00       1.20
                        boost/jump_fcontext          1,000    9.00      12.00       1.20
                        boost/jump_fcontext: Boost 1.74: /cache/program fast
                        go/gosched was not measured: no go on the PATH: install golang-go
                        virtual-thread/yield was not measured: failed: java ended with 1
                        """);
    }

    @Test
    void writesTheSameAsJson() throws JsonParserException {
        JsonObject json =
                JsonParser.object().from(session.type("bench switch --json").out());
        JsonObject upcall = json.getArray("rows").getObject(2);
        assertThat(upcall.getString("what")).isEqualTo("call of Java");
        assertThat(upcall.isNull("n")).isTrue();
        assertThat(upcall.getDouble("medianNs")).isEqualTo(1250.4);
        assertThat(upcall.getDouble("yields")).isCloseTo(250.08, within(1e-9));
        JsonObject go = json.getArray("peers").getObject(1);
        assertThat(go.getBoolean("measured")).isFalse();
        assertThat(go.getString("note")).contains("golang-go");
    }

    @Test
    void refusesAHostThatCodeCannotRunOn() {
        Ending ending = ForeignHost.MAC.run(() -> session.type("bench switch"));
        assertThat(ending.exit()).isEqualTo(3);
        assertThat(ending.err()).startsWith("trapeze: Trapeze can't run code here: unsupported processor aarch64");
    }

    @Test
    void reallyMeasuresWhatIsOurs() {
        Ending ending = new Session()
                .with(new Repertoire(List.of(), Measures.ofSwitches(), BenchSwitchCommandTest::peer))
                .type("bench switch --quick");
        assertThat(ending.exit()).as(ending.err()).isZero();
        assertThat(ending.out()).contains("function pointer, bound through JNI ", "function pointer, JNA Function ");
    }
}
