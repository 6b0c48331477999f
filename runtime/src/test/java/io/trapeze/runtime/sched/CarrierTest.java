// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CarrierTest {
    private final Scheduler scheduler = Scheduler.builder()
            .carriers(2)
            .maxGoroutines(16)
            .onFailure((g, thrown) -> {})
            .build();
    private final List<String> events = new ArrayList<>();

    @AfterEach
    void close() {
        scheduler.close();
    }

    @Test
    void enteringWithNothingToRunReturnsAtOnce() {
        scheduler.attached(carrier -> {
            carrier.enter();
            carrier.enter();
            events.add("back");
        });
        assertThat(events).containsExactly("back");
    }

    @Test
    void enteringRunsGoroutinesOnTheCallingThreadUntilAllHaveEndedOrAreParked() {
        Thread here = Thread.currentThread();
        scheduler.attached(carrier -> {
            Goroutine parks = scheduler.go(body -> {
                body.callJava(() -> events.add("first on own thread: " + (Thread.currentThread() == here)));
                body.park();
                body.callJava(() -> events.add("second"));
            });
            carrier.enter();
            events.add(parks.state().toString());
            scheduler.ready(parks);
            carrier.enter();
            events.add(parks.state().toString());
        });
        assertThat(events).containsExactly("first on own thread: true", "WAITING", "second", "DEAD");
    }

    @Test
    void goroutinesStartedAfterTheLastHasEndedRunAsWell() {
        scheduler.attached(carrier -> {
            for (int i = 0; i < 3; i++) {
                scheduler.go(body -> body.callJava(() -> events.add("ran")));
                carrier.enter();
            }
        });
        assertThat(events).containsExactly("ran", "ran", "ran");
    }

    @Test
    void whatIsLeftRunnableOrParkedGoesOnInALaterRun() {
        AtomicReference<Goroutine> parked = new AtomicReference<>();
        scheduler.attached(carrier -> {
            parked.set(scheduler.go(body -> {
                body.park();
                body.callJava(() -> events.add("resumed"));
            }));
            carrier.enter();
        });
        scheduler.ready(parked.get());
        scheduler.run();
        assertThat(events).containsExactly("resumed");
    }

    @Test
    void enterIsRefusedFromInsideAnUpcallAndFromAnotherThreadAndLater() throws InterruptedException {
        AtomicReference<Carrier> kept = new AtomicReference<>();
        scheduler.attached(carrier -> {
            kept.set(carrier);
            Goroutine enters = scheduler.go(body -> body.callJava(carrier::enter));
            carrier.enter();
            assertThat(enters.failure()).isPresent();
            assertThat(enters.failure().get()).hasMessageContaining("enter from inside an upcall");
        });
        assertThatThrownBy(() -> kept.get().enter())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no longer attached");

        AtomicReference<Throwable> thrown = new AtomicReference<>();
        scheduler.attached(carrier -> {
            Thread other = new Thread(carrier::enter);
            other.setUncaughtExceptionHandler((thread, throwable) -> thrown.set(throwable));
            other.start();
            awaitEnd(other);
        });
        assertThat(thrown.get())
                .hasMessageContaining(
                        "belongs to thread '" + Thread.currentThread().getName() + "'");
    }

    @Test
    void runningAndClosingAreRefusedWhileAttached() {
        scheduler.attached(carrier -> {
            assertThatThrownBy(scheduler::run).hasMessageContaining("attached work");
            assertThatThrownBy(scheduler::close).hasMessageContaining("attached work");
            assertThatThrownBy(() -> scheduler.attached(again -> {})).hasMessageContaining("attached work");
        });
    }

    @Test
    void theSchedulerIsFreeAgainWhenTheWorkThrows() {
        assertThatThrownBy(() -> scheduler.attached(carrier -> {
                    throw new ArithmeticException("work");
                }))
                .isInstanceOf(ArithmeticException.class);
        scheduler.go(body -> body.callJava(() -> events.add("ran")));
        scheduler.run();
        assertThat(events).containsExactly("ran");
    }

    private static void awaitEnd(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
