// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Registers.*;
import static io.trapeze.runtime.sched.SmallSchedulers.runInThread;
import static io.trapeze.runtime.sched.SmallSchedulers.small;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.host.Host;
import io.trapeze.runtime.os.ProcessMaps;
import io.trapeze.runtime.stack.StackExhaustedException;
import io.trapeze.runtime.stack.StackSlab;
import io.trapeze.trampolines.SaveSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SchedulerLifecycleTest {
    @Test
    @Tag("D3")
    @Tag("D5")
    void aSchedulerIsReadyToRunWhatIsEmittedForTheHostItFinds() {
        AtomicInteger ran = new AtomicInteger();
        try (Scheduler scheduler = Scheduler.builder().build()) {
            assertThat(scheduler.carriers()).isEqualTo(Runtime.getRuntime().availableProcessors());
            assertThat(scheduler.saveSet())
                    .isEqualTo(SaveSet.widest(Host.detect().cpu().xcr0()));
            scheduler.go(a -> a.callJava(ran::incrementAndGet));
            scheduler.run();
        }
        assertThat(ran).hasValue(1);
    }

    @Test
    void runningWithNothingToRunReturnsAtOnce() {
        try (Scheduler scheduler = small().build()) {
            scheduler.run();
            scheduler.run();
            assertThat(scheduler.statistics()).isEqualTo(new SchedulerStatistics(0, 0, 0, 0));
        }
    }

    @Test
    void aSchedulerRunsAgainAndAgain() {
        AtomicInteger ran = new AtomicInteger();
        try (Scheduler scheduler = small().build()) {
            for (int i = 0; i < 20; i++) {
                scheduler.go(a -> {
                    a.yield();
                    a.callJava(ran::incrementAndGet);
                });
                scheduler.run();
                assertThat(ran).hasValue(i + 1);
            }
        }
    }

    @Test
    void goroutinesStartedByOtherThreadsDuringARunRunAsWell() throws Exception {
        int threads = 4;
        int each = 200;
        AtomicInteger ran = new AtomicInteger();
        try (Scheduler scheduler = Scheduler.builder()
                .carriers(2)
                .maxGoroutines(threads * each + 1)
                .build()) {
            Body counts = scheduler.compile("counts", a -> a.callJava(ran::incrementAndGet));
            Goroutine holds = scheduler.go(a -> a.park());
            FutureTask<Throwable> run = runInThread(scheduler);
            Thread[] starters = new Thread[threads];
            for (int i = 0; i < threads; i++) {
                starters[i] = new Thread(() -> {
                    for (int k = 0; k < each; k++) {
                        scheduler.go(counts);
                    }
                });
                starters[i].start();
            }
            for (Thread starter : starters) {
                starter.join();
            }
            scheduler.ready(holds);
            assertThat(run.get()).isNull();
            assertThat(ran).hasValue(threads * each);
        }
    }

    @Test
    void aSecondRunAtTheSameTimeIsRefused() throws Exception {
        try (Scheduler scheduler = small().build()) {
            CountDownLatch running = new CountDownLatch(1);
            Goroutine waits = scheduler.go(a -> {
                a.callJava(running::countDown);
                a.park();
            });
            FutureTask<Throwable> run = runInThread(scheduler);
            running.await();
            assertThatThrownBy(scheduler::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("run is under way in thread 'runner'");
            scheduler.ready(waits);
            assertThat(run.get()).isNull();
        }
    }

    @Test
    void moreGoroutinesThanThereIsRoomForAreRefusedByTheNameOfTheOption() {
        try (Scheduler scheduler =
                Scheduler.builder().carriers(1).maxGoroutines(3).build()) {
            Body body = scheduler.compile("body", a -> a.yield());
            for (int i = 0; i < 3; i++) {
                scheduler.go(body);
            }
            assertThatThrownBy(() -> scheduler.go(body))
                    .isInstanceOf(StackExhaustedException.class)
                    .hasMessageContaining("all 3 stacks are taken")
                    .hasMessageContaining("maxGoroutines(n)");
            assertThatThrownBy(() -> scheduler.go(a -> {})).isInstanceOf(StackExhaustedException.class);
            scheduler.run();
            scheduler.go(body);
            scheduler.run();
            assertThat(scheduler.statistics().goroutines()).isEqualTo(4);
        }
    }

    @Test
    void stacksThatAreTooSmallOrNoWholeNumberOfPagesAreRefused() {
        long least = StackSlab.MINIMUM_STACK_BYTES;
        assertThatThrownBy(() -> small().stackBytes(least - 4096).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a stack of " + (least - 4096) + " bytes")
                .hasMessageContaining("from " + least);
        assertThatThrownBy(() -> small().stackBytes(least + 1).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not a whole number of pages")
                .hasMessageContaining("take " + least + " or " + (least + 4096));
        AtomicInteger ran = new AtomicInteger();
        try (Scheduler scheduler = small().stackBytes(least).build()) {
            scheduler.go(a -> a.callJava(ran::incrementAndGet));
            scheduler.run();
        }
        assertThat(ran).hasValue(1);
    }

    @Test
    void optionsOutOfRangeAreRefusedByName() {
        SchedulerBuilder builder = Scheduler.builder();
        assertThatThrownBy(() -> builder.carriers(0)).hasMessageContaining("carriers = 0: must be in 1 … 256");
        assertThatThrownBy(() -> builder.carriers(257)).hasMessageContaining("carriers = 257");
        assertThatThrownBy(() -> builder.maxGoroutines(0)).hasMessageContaining("maxGoroutines = 0");
        assertThatThrownBy(() -> builder.timeSlice(Duration.ofNanos(999_999)))
                .hasMessageContaining("timeSlice")
                .hasMessageContaining("at least 1 ms");
        assertThatThrownBy(() -> builder.timeSlice(Duration.ofMillis(-1))).hasMessageContaining("timeSlice");
    }

    @Test
    void aSaveSetThatTheMachineDoesNotHaveIsRefused() {
        SaveSet widest = SaveSet.widest(Host.detect().cpu().xcr0());
        Assumptions.assumeTrue(
                widest != SaveSet.AVX512, "this machine has the widest save set there is, so none can be too wide");
        assertThatThrownBy(() -> small().saveSet(SaveSet.AVX512).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("saveSet(AVX512)")
                .hasMessageContaining(widest.toString());
    }

    @Test
    void aForeignGoroutineIsNotMadeReady() {
        try (Scheduler one = small().build();
                Scheduler other = small().build()) {
            Goroutine foreign = other.go(a -> {});
            assertThatThrownBy(() -> one.ready(foreign))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("goroutine 1")
                    .hasMessageContaining("belongs to another scheduler");
            other.run();
        }
    }

    @Test
    void severalSchedulersRunAtOnce() throws Exception {
        AtomicLong turns = new AtomicLong();
        Scheduler[] schedulers = new Scheduler[4];
        List<FutureTask<Throwable>> runs = new ArrayList<>();
        for (int i = 0; i < schedulers.length; i++) {
            schedulers[i] = small().timeSlice(Duration.ofMillis(1)).build();
            for (int k = 0; k < 4; k++) {
                schedulers[i].go(a -> {
                    a.mov(rbx, 1000);
                    Label again = a.here();
                    a.yield();
                    a.callJava(turns::incrementAndGet);
                    a.dec(rbx);
                    a.jnz(again);
                });
            }
        }
        for (Scheduler scheduler : schedulers) {
            runs.add(runInThread(scheduler));
        }
        for (FutureTask<Throwable> run : runs) {
            assertThat(run.get(60, TimeUnit.SECONDS)).isNull();
        }
        assertThat(turns).hasValue(4 * 4 * 1000);
        for (Scheduler scheduler : schedulers) {
            assertThat(scheduler.statistics().upcalls()).isEqualTo(4000);
            scheduler.close();
        }
    }

    @Test
    void buildingAndClosingTwoHundredSchedulersLeaksNothing() {
        buildRunClose();
        int mappings = ProcessMaps.read().lines().size();
        int code = ProcessMaps.read().ofMemoryFile("trapeze-code").size();
        long descriptors = ProcessMaps.memoryFileDescriptors();
        int threads = carrierThreads();
        for (int i = 0; i < 200; i++) {
            buildRunClose();
        }
        assertThat(ProcessMaps.read().ofMemoryFile("trapeze-code")).hasSize(code);
        assertThat(ProcessMaps.memoryFileDescriptors()).isEqualTo(descriptors);
        assertThat(carrierThreads()).isEqualTo(threads);
        // the Java VM's own mappings (heap, compiled code, thread stacks) come and go; three a scheduler would be 600
        // more
        assertThat(ProcessMaps.read().lines().size()).isLessThan(mappings + 100);
    }

    private static void buildRunClose() {
        try (Scheduler scheduler =
                Scheduler.builder().carriers(1).maxGoroutines(8).build()) {
            scheduler.go(a -> {
                a.yield();
                a.callJava(() -> {});
            });
            scheduler.run();
        }
    }

    private static int carrierThreads() {
        return (int) Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("trapeze-"))
                .count();
    }
}
