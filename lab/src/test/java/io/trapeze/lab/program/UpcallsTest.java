// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.program;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpcallsTest {
    @ParameterizedTest
    @Tag("S34")
    @CsvSource({"1, 1", "1, 30", "2, 30", "4, 100"})
    void upcallsAreServedRightWhileTheCollectorRuns(int carriers, int goroutines) throws InterruptedException {
        ProgramReport report = Outcome.of(new Upcalls(3_000, body -> {}), carriers, goroutines);
        assertThat(report.failures()).isEmpty();
        assertThat(report.upcalls()).isEqualTo(3_000L / goroutines * goroutines + goroutines);
        assertThat(report.figures())
                .containsEntry("goroutines that failed, as they should", goroutines / 10L)
                .containsEntry("goroutines started by goroutines", (long) goroutines);
        assertThat(report.figures().get("System.gc() meanwhile")).isPositive();
    }

    @Test
    void aWrongResultIsFound() throws InterruptedException {
        ProgramReport report = Outcome.of(new Upcalls(100, a -> a.inc(rax)), 1, 5);
        assertThat(report.failures())
                .isNotEmpty()
                .first()
                .asString()
                .matches("goroutine 0 after 0 rounds: result of an upcall: expected 0x[0-9a-f]+, found 0x[0-9a-f]+");
    }

    @Test
    void aGoroutineThatLosesItsCountOfRoundsIsFound() throws InterruptedException {
        ProgramReport report = Outcome.of(new Upcalls(100, a -> a.inc(Blocks.rounds(r12))), 1, 5);
        assertThat(report.failures()).contains("rounds of goroutine 0: expected 20, found 40");
    }
}
