// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.runtime.sched.SmallSchedulers.runInThread;
import static io.trapeze.runtime.sched.SmallSchedulers.small;
import static io.trapeze.runtime.sched.SmallSchedulers.spinning;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.os.ProcessMaps;
import io.trapeze.runtime.stack.StackExhaustedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SchedulerClosingTest {
    @Test
    void aClosedSchedulerSaysSoToEveryCall() {
        Scheduler scheduler = small().build();
        Body body = scheduler.compile("before", a -> {});
        Goroutine ended = scheduler.go(body);
        scheduler.run();
        scheduler.close();
        scheduler.close();
        List<Runnable> calls = List.of(
                () -> scheduler.go(body),
                () -> scheduler.go(a -> {}),
                () -> scheduler.compile("after", a -> {}),
                () -> scheduler.ready(ended),
                scheduler::run,
                scheduler::statistics);
        for (Runnable call : calls) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the scheduler is closed: build a new one");
        }
        assertThat(ended.state()).isEqualTo(GoroutineState.DEAD);
        body.close();
    }

    @Test
    void closingWhileGoroutinesLiveGivesEverythingBackAndThenSaysSo() {
        try (Scheduler warm = small().build()) {
            warm.go(a -> a.callJava(() -> {}));
            warm.run();
        }
        Scheduler scheduler = small().build();
        int mappings = ProcessMaps.read().ofMemoryFile("trapeze-code").size();
        Goroutine parked = scheduler.go(a -> a.park());
        scheduler.go(a -> a.yield());
        assertThatThrownBy(scheduler::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed while 2 goroutine(s) lived")
                .hasMessageContaining("call run() first");
        assertThat(ProcessMaps.read().ofMemoryFile("trapeze-code")).hasSize(mappings - 2);
        assertThat(parked.state()).isEqualTo(GoroutineState.DEAD);
        scheduler.close();
    }

    @Test
    void anotherThreadClosesDuringARunOfABodyThatNeverYields() throws Exception {
        Scheduler scheduler = small().timeSlice(Duration.ofMillis(1)).build();
        CountDownLatch spinning = new CountDownLatch(1);
        scheduler.go(spinning(scheduler, spinning::countDown));
        FutureTask<Throwable> run = runInThread(scheduler);
        spinning.await();
        assertThatThrownBy(scheduler::close).hasMessageContaining("closed while 1 goroutine(s) lived");
        assertThat(run.get())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the scheduler was closed while 1 goroutine(s) lived");
    }

    @Test
    void ofTwoThreadsThatCloseDuringARunOneGivesEverythingBack() throws Exception {
        Scheduler scheduler = small().build();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch bothWait = new CountDownLatch(1);
        scheduler.go(a -> {
            a.callJava((x, y, z) -> {
                running.countDown();
                bothWait.await();
                return 0;
            });
            a.park();
        });
        FutureTask<Throwable> run = runInThread(scheduler);
        running.await();
        List<FutureTask<Throwable>> closes = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            FutureTask<Throwable> close = new FutureTask<>(() -> catchThrowable(scheduler::close));
            Thread thread = new Thread(close, "closes");
            thread.setDaemon(true);
            thread.start();
            while (thread.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            closes.add(close);
        }
        bothWait.countDown();
        List<Throwable> thrown = new ArrayList<>();
        for (FutureTask<Throwable> close : closes) {
            thrown.add(close.get());
        }
        assertThat(thrown).filteredOn(t -> t == null).hasSize(1);
        assertThat(run.get()).hasMessageContaining("the scheduler was closed while 1 goroutine(s) lived");
    }

    @Test
    void anotherThreadClosesDuringARunOfGoroutinesThatYieldParkAndCallJava() throws Exception {
        for (int i = 0; i < 10; i++) {
            Scheduler scheduler = small().build();
            CountDownLatch running = new CountDownLatch(3);
            Body yields = scheduler.compile("yields", a -> {
                a.callJava(running::countDown);
                Label forever = a.here();
                a.yield();
                a.jmp(forever);
            });
            Body calls = scheduler.compile("calls", a -> {
                a.callJava(running::countDown);
                Label forever = a.here();
                a.callJava(() -> {});
                a.yield();
                a.jmp(forever);
            });
            scheduler.go(yields);
            scheduler.go(calls);
            scheduler.go(a -> {
                a.callJava(running::countDown);
                a.park();
            });
            FutureTask<Throwable> run = runInThread(scheduler);
            running.await();
            assertThatThrownBy(scheduler::close).hasMessageContaining("closed while 3 goroutine(s) lived");
            assertThat(run.get()).hasMessageContaining("was closed while 3 goroutine(s) lived");
        }
    }

    @Test
    void startingAndReadyingGoroutinesWhileTheSchedulerIsClosedIsRefusedOrDone() throws Exception {
        for (int i = 0; i < 50; i++) {
            Scheduler scheduler =
                    Scheduler.builder().carriers(1).maxGoroutines(1000).build();
            Body parks = scheduler.compile("parks", a -> a.park());
            AtomicBoolean stop = new AtomicBoolean();
            CountDownLatch started = new CountDownLatch(1);
            FutureTask<Throwable> starts = new FutureTask<>(() -> catchThrowable(() -> {
                while (!stop.get()) {
                    Goroutine goroutine = scheduler.go(parks);
                    scheduler.ready(goroutine);
                    goroutine.state();
                    started.countDown();
                }
            }));
            new Thread(starts).start();
            started.await();
            assertThat(catchThrowable(scheduler::close))
                    .satisfiesAnyOf(
                            thrown -> assertThat(thrown).hasMessageContaining("call run() first"),
                            thrown -> assertThat(thrown).isNull());
            assertThat(starts.get())
                    .satisfiesAnyOf(
                            thrown -> assertThat(thrown).hasMessageContaining("the scheduler is closed"),
                            thrown -> assertThat(thrown).isInstanceOf(StackExhaustedException.class));
            stop.set(true);
        }
    }
}
