// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FairnessTest {
    /** Far more than any of these runs takes; it ends one that would never end. */
    private static final long PATIENCE_SECONDS = 60;

    /** Runs; fails if the scheduler had to be closed because somebody never got a turn. */
    private static void runToTheEnd(Scheduler scheduler) {
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        ScheduledFuture<?> giveUp = clock.schedule(scheduler::close, PATIENCE_SECONDS, TimeUnit.SECONDS);
        try {
            scheduler.run();
        } finally {
            giveUp.cancel(false);
            clock.shutdown();
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 5", "2, 16", "3, 40"})
    void everyGoroutineThatNeverYieldsGetsItsTurnWhileAllTheOthersRun(int carriers, int goroutines) {
        try (NativeMemory arrived = NativeMemory.allocate(OperatingSystem.current(), 8);
                Scheduler scheduler = Scheduler.builder()
                        .carriers(carriers)
                        .timeSlice(Duration.ofMillis(1))
                        .build()) {
            Body body = scheduler.compile("meets_all", a -> {
                a.lock().inc(qword(rdi));
                Label wait = a.here();
                a.pause();
                a.cmp(qword(rdi), goroutines);
                a.jb(wait);
            });
            for (int i = 0; i < goroutines; i++) {
                scheduler.go(body, arrived.address());
            }
            runToTheEnd(scheduler);
            assertThat(arrived.getLong(0)).isEqualTo(goroutines);
            assertThat(scheduler.statistics().preemptions()).isGreaterThanOrEqualTo(goroutines - carriers);
        }
    }

    @Test
    void everyGoroutineThatYieldsGetsItsTurnBesideOneThatDoesNot() {
        try (NativeMemory done = NativeMemory.allocate(OperatingSystem.current(), 8);
                Scheduler scheduler = Scheduler.builder()
                        .carriers(1)
                        .timeSlice(Duration.ofMillis(1))
                        .build()) {
            Body yields = scheduler.compile("yields", a -> {
                a.mov(rbx, rdi);
                a.mov(r12d, 200);
                Label again = a.here();
                a.yield();
                a.dec(r12d);
                a.jnz(again);
                a.lock().inc(qword(rbx));
            });
            scheduler.go(a -> {
                a.mov(rbx, done.address());
                Label wait = a.here();
                a.cmp(qword(rbx), 3);
                a.jb(wait);
            });
            for (int i = 0; i < 3; i++) {
                scheduler.go(yields, done.address());
            }
            runToTheEnd(scheduler);
            assertThat(done.getLong(0)).isEqualTo(3);
        }
    }
}
