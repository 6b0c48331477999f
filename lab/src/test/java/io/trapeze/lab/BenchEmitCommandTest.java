// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import io.trapeze.bench.emission.EmissionReport;
import io.trapeze.bench.emission.EmissionReport.Bar;
import io.trapeze.bench.emission.EmissionReport.FirstBlock;
import io.trapeze.bench.emission.EmissionReport.Row;
import io.trapeze.bench.sampling.Conditions;
import io.trapeze.lab.Session.Ending;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("trapeze bench emit")
class BenchEmitCommandTest {
    private static final EmissionReport REPORT = new EmissionReport(
            new Conditions("A CPU", 2, OptionalInt.empty(), "Linux 6", "JDK 17", OptionalDouble.empty()),
            List.of(new Row("trapeze", 3.456, 4, 0.004, 15), new Row("jnr-x86asm", 31, 32, 3048.01, 15)),
            new FirstBlock(14.44, 61, 20),
            List.of(
                    new Bar("times faster than jnr-x86asm", 8.97, true, 8),
                    new Bar("classes loaded for it", 61, false, 60)));

    private static Session session(Bench<io.trapeze.bench.emission.Effort, EmissionReport> bench) {
        Repertoire shipped = Repertoire.shipped();
        return new Session()
                .with(new Repertoire(List.of(), shipped.switches(), shipped.start(), bench, shipped.parked()));
    }

    @Test
    void printsTheNumbersAndWhichBarsAreMet() {
        Ending ending = session((effort, progress) -> REPORT).type("bench emit");
        assertThat(ending.exit()).as(ending.err()).isZero();
        assertThat(ending.out())
                .containsPattern("trapeze +3\\.46 +4\\.00 +0\n")
                .containsPattern("jnr-x86asm +31\\.00 +32\\.00 +3,048\n")
                .contains("in the middle of 20 starts: 14.4 ms, 61 classes")
                .containsPattern("times faster than jnr-x86asm +9\\.0 +at least 8 +met\n")
                .containsPattern("classes loaded for it +61\\.0 +at most 60 +not met\n");
    }

    @Test
    void writesTheSameAsJson() throws JsonParserException {
        String json =
                session((effort, progress) -> REPORT).type("bench emit --json").out();
        assertThat(JsonParser.object().from(json).getObject("firstBlock").getInt("classes"))
                .isEqualTo(61);
    }

    @Test
    void saysWhyNothingWasMeasured() {
        Ending ending = session((effort, progress) -> {
                    throw new IllegalStateException("no checkout here");
                })
                .type("bench emit");
        assertThat(ending.exit()).isEqualTo(1);
        assertThat(ending.err()).isEqualToIgnoringNewLines("trapeze: no checkout here. Nothing was measured.");
    }
}
