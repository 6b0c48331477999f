// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import io.trapeze.bench.sampling.Conditions;
import io.trapeze.bench.switches.Absence;
import io.trapeze.bench.switches.Effort;
import io.trapeze.bench.switches.Row;
import io.trapeze.bench.switches.SwitchReport;
import io.trapeze.bench.switches.Verdict;
import io.trapeze.lab.Session.Ending;
import io.trapeze.runtime.os.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("trapeze bench switch")
class BenchSwitchCommandTest {
    private final List<Effort> asked = new ArrayList<>();

    @BeforeEach
    void assumeThatCodeRunsHere() {
        Platform here = Platform.current();
        assumeTrue(here.isX64() && here.isLinux(), "code runs on Linux on x86-64 only, and this is " + here);
    }

    private Session session(double load, Absence... absent) {
        Repertoire shipped = Repertoire.shipped();
        return new Session()
                .with(new Repertoire(
                        List.of(),
                        (effort, progress) -> {
                            asked.add(effort);
                            return report(load, absent);
                        },
                        shipped.start(),
                        shipped.emission(),
                        shipped.parked()));
    }

    private static SwitchReport report(double load, Absence... absent) {
        return new SwitchReport(
                new Conditions("A CPU", 2, OptionalInt.of(1), "Linux 6", "JDK 17", OptionalDouble.of(load)),
                List.of(
                        new Row("yield", OptionalInt.of(2), 2, 2.5, 15),
                        new Row("yield", OptionalInt.of(1000), 3.004, 3.5, 15),
                        new Row("upcall", OptionalInt.empty(), 100.4, 1250.4, 15),
                        new Row("boost/jump_fcontext", OptionalInt.of(2), 4, 5, 45)),
                List.of("boost/jump_fcontext: Boost 1.74"),
                List.of(absent),
                List.of(
                        new Verdict(
                                "yield / boost", Verdict.Unit.RATIO, OptionalDouble.of(0.5), 1, Verdict.Outcome.MET),
                        new Verdict(
                                "yield / go",
                                Verdict.Unit.RATIO,
                                OptionalDouble.empty(),
                                0.125,
                                Verdict.Outcome.PEER_ABSENT),
                        new Verdict("upcall", Verdict.Unit.NS, OptionalDouble.of(100.4), 90, Verdict.Outcome.NOT_MET)));
    }

    @Test
    void showsNumbersThenBarsThenPeers() {
        Ending ending = session(0.1, new Absence("go/gosched", "no go on the PATH: install golang-go", false))
                .type("bench switch");
        assertThat(ending.exit()).isZero();
        assertThat(ending.err()).isEmpty();
        assertThat(ending.out()).isEqualTo("""
                        A CPU, on number 1 of 2; Linux 6; JDK 17

                        what                     n  min ns  median ns
                        yield                    2    2.00       2.50
                        yield                1,000    3.00       3.50
                        upcall                         100      1,250
                        boost/jump_fcontext      2    4.00       5.00

                        of the fastest samples               bar
                        yield / boost           ratio 0.500  ratio 1.000  met
                        yield / go                           ratio 0.125  peer absent
                        upcall                     100.4 ns  90.0 ns      not met

                        boost/jump_fcontext: Boost 1.74
                        go/gosched was not measured: no go on the PATH: install golang-go
                        """);
    }

    @Test
    void writesTheSameAsJson() throws JsonParserException {
        JsonObject json = JsonParser.object()
                .from(session(0.1).type("bench switch --json").out());
        JsonObject upcall = json.getArray("rows").getObject(2);
        assertThat(upcall.getString("what")).isEqualTo("upcall");
        assertThat(upcall.isNull("n")).isTrue();
        assertThat(upcall.getDouble("medianNs")).isEqualTo(1250.4);
        JsonObject go = json.getArray("verdicts").getObject(1);
        assertThat(go.isNull("value")).isTrue();
        assertThat(go.getString("outcome")).isEqualTo("peer-absent");
        assertThat(json.getObject("conditions").getInt("cpu")).isEqualTo(1);
    }

    @Test
    void takesLessTimeWhenAskedTo() {
        session(0.1).type("bench switch --quick");
        session(0.1).type("bench switch");
        assertThat(asked).containsExactly(Effort.QUICK, Effort.FULL);
    }

    @Test
    void saysThatTheMachineIsBusy() {
        assertThat(session(2.5).type("bench switch").out()).contains("The machine is busy (load 2.5)");
    }

    @Test
    void failsWhenAPeerThatShouldWorkDoesNot() {
        Ending ending =
                session(0.1, new Absence("go/gosched", "ended with 1", true)).type("bench switch");
        assertThat(ending.exit()).isEqualTo(1);
        assertThat(ending.out()).contains("go/gosched failed: ended with 1");
    }

    @Test
    void refusesAHostThatCodeCannotRunOn() {
        Ending ending = ForeignHost.MAC.run(() -> session(0.1).type("bench switch"));
        assertThat(ending.exit()).isEqualTo(3);
        assertThat(ending.err()).startsWith("trapeze: Trapeze can't run code here: unsupported processor aarch64");
    }
}
