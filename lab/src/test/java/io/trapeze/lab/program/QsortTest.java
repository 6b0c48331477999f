// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.program;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QsortTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 250})
    void arraysSortedAllAtOnceAreInOrder(int goroutines) throws InterruptedException {
        ProgramReport report = Outcome.of(new Qsort(20_000, body -> {}), 1, goroutines);
        assertThat(report.failures()).isEmpty();
        assertThat(report.switches()).isGreaterThan(1_000);
    }

    @Test
    void nearlyAllSortsAreInsideAComparisonAtOnce() throws InterruptedException {
        ProgramReport report = Outcome.of(new Qsort(20_000, body -> {}), 1, 200);
        assertThat(report.figures().get("sorts inside a comparison at once")).isBetween(150L, 200L);
    }

    @Test
    void sortsOnOneCarrierWhateverWasAskedFor() throws InterruptedException {
        ProgramReport report = Outcome.of(new Qsort(5_000, body -> {}), 4, 50);
        assertThat(report.failures()).isEmpty();
        assertThat(report.figures())
                .containsEntry("carriers, because a C function must return on the thread that called it", 1L);
    }

    @Test
    void aComparatorThatLiesIsFound() throws InterruptedException {
        ProgramReport report = Outcome.of(new Qsort(2_000, a -> a.neg(eax)), 1, 20);
        assertThat(report.failures())
                .isNotEmpty()
                .first()
                .asString()
                .matches("array \\d+ of \\d+ elements: not in order; element \\d+: expected -?\\d+, found -?\\d+");
    }

    @Test
    void aLostElementIsFound() throws InterruptedException {
        ProgramReport report = Outcome.of(new Qsort(2_000, a -> a.mov(qword(r12), 12345)), 1, 20);
        assertThat(report.failures()).isNotEmpty().first().asString().contains("holds other values than before");
    }
}
