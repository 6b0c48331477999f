// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapeze.runtime.sched.GoroutineAssembler;
import io.trapeze.runtime.sched.Scheduler;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RunTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    @Test
    void aRunTellsWhatWasDone() throws InterruptedException {
        try (Scheduler scheduler = Scheduler.builder().carriers(1).build()) {
            scheduler.go(GoroutineAssembler::yield);
            Run run = Run.of(scheduler, LONG, Run.NOTHING);
            assertThat(run.statistics().goroutines()).isEqualTo(1);
            assertThat(run.statistics().switches()).isEqualTo(2);
            assertThat(run.elapsed()).isPositive();
        }
    }

    @Test
    void aRunThatNeverEndsIsGivenUpAtItsLimit() {
        try (Scheduler scheduler = Scheduler.builder().carriers(2).build()) {
            scheduler.go(GoroutineAssembler::park);
            assertThatThrownBy(() -> Run.of(scheduler, Duration.ofMillis(50), Run.NOTHING))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("not done within its limit of 0 s");
        }
    }

    @Test
    void aGoroutineThatNeverYieldsIsGivenUpAsWell() {
        try (Scheduler scheduler = Scheduler.builder().carriers(2).build()) {
            scheduler.go(a -> a.jmp(a.here()));
            assertThatThrownBy(() -> Run.of(scheduler, Duration.ofMillis(50), Run.NOTHING))
                    .hasMessage("not done within its limit of 0 s");
        }
    }

    @Test
    void whatIsThrownBesideEndsTheRunAndComesOut() {
        IllegalArgumentException thrown = new IllegalArgumentException("beside");
        try (Scheduler scheduler = Scheduler.builder().carriers(1).build()) {
            scheduler.go(GoroutineAssembler::park);
            assertThatThrownBy(() -> Run.of(scheduler, LONG, () -> {
                        throw thrown;
                    }))
                    .isSameAs(thrown);
        }
    }

    @Test
    void anInterruptIsToldWhenAllHaveEnded() {
        try (Scheduler scheduler = Scheduler.builder().carriers(1).build()) {
            Thread.currentThread().interrupt();
            scheduler.go(GoroutineAssembler::yield);
            assertThatThrownBy(() -> Run.of(scheduler, LONG, Run.NOTHING)).isInstanceOf(InterruptedException.class);
            assertThat(scheduler.statistics().goroutines()).isEqualTo(1);
        }
    }
}
