// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static io.trapeze.emitter.operand.Registers.rbx;
import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import io.trapeze.lab.Session.Ending;
import io.trapeze.lab.program.Preempt;
import io.trapeze.lab.program.Program;
import io.trapeze.lab.program.Programs;
import io.trapeze.lab.program.Qsort;
import io.trapeze.lab.program.Ring;
import io.trapeze.lab.program.Upcalls;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("trapeze run, with what it really runs")
class RunProgramsTest {
    private static Session small() {
        return new Session()
                .with(
                        new Ring(50_000, body -> {}),
                        new Qsort(5_000, body -> {}),
                        new Upcalls(500, body -> {}),
                        new Preempt(100, body -> {}));
    }

    @Test
    void verifiesAllFourPrograms() throws JsonParserException {
        Ending ending = small().type("run --json --seed 1 --carriers 2 --goroutines 20");
        JsonObject json = JsonParser.object().from(ending.out());
        assertThat(json.getBoolean("verified")).as(ending.out()).isTrue();
        assertThat(json.getArray("programs"))
                .extracting(p -> ((JsonObject) p).getString("program"))
                .containsExactly("ring", "qsort", "upcall", "preempt");
        assertThat(json.getArray("programs").getObject(0).getLong("switches")).isGreaterThanOrEqualTo(50_000);
        assertThat(json.getArray("programs").getObject(2).getLong("upcalls")).isEqualTo(520);
        assertThat(json.getArray("programs").getObject(3).getLong("preemptions"))
                .isGreaterThanOrEqualTo(100);
        assertThat(ending.exit()).isZero();
    }

    @Test
    void endsWithOneAndNamesTheRegisterWhenACheckFails() {
        Ending ending = new Session()
                .with(new Ring(1_000, body -> body.inc(rbx)), new Qsort(1_000, body -> {}))
                .type("run --goroutines 4");
        assertThat(ending.exit()).isEqualTo(1);
        assertThat(ending.out())
                .containsPattern("ring .* FAILED\n")
                .containsPattern("qsort .* verified\n")
                .containsPattern("ring: goroutine 0 after 0 rounds: rbx: expected 0x[0-9a-f]+, found 0x[0-9a-f]+"
                        + " \\(ABI sysv, preserved.general: rbx\\)\n");
    }

    @Test
    void listsTheProgramsThereAre() {
        assertThat(new Session()
                        .with(Programs.all().toArray(Program[]::new))
                        .type("run --list")
                        .out())
                .containsPattern("ring +registers, stack")
                .containsPattern("qsort +calls of")
                .containsPattern("upcall +goroutines call Java")
                .containsPattern("preempt +goroutines that never yield")
                .hasLineCount(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "run rings                   | unknown program 'rings'. Did you mean ring? Choose ring, qsort, upcall or preempt.",
                "run qsort ring --carriers 0 | --carriers is 0: it takes 1 to 64.",
                "run preempt --seed soon     | 'soon' is no whole number. `trapeze run --help`"
            })
    void refusesNonsense(String line, String message) {
        Ending ending = small().type(line);
        assertThat(ending.exit()).isEqualTo(2);
        assertThat(ending.err()).contains(message);
    }
}
