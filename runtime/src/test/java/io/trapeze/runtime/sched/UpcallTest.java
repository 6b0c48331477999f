// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class UpcallTest {
    private record Failure(Goroutine goroutine, Throwable thrown) {}

    private final ConcurrentLinkedQueue<Failure> failures = new ConcurrentLinkedQueue<>();
    private final Scheduler scheduler = Scheduler.builder()
            .carriers(1)
            .maxGoroutines(64)
            .onFailure((goroutine, thrown) -> failures.add(new Failure(goroutine, thrown)))
            .build();

    @AfterEach
    void close() {
        scheduler.close();
    }

    @Test
    @Tag("S33")
    @Tag("S37")
    void anUpcallGetsThreeArgumentsAndItsResultComesBack() {
        List<Long> seen = new ArrayList<>();
        scheduler.go(a -> {
            a.mov(rdi, 1L);
            a.mov(rsi, Long.MIN_VALUE);
            a.mov(rdx, -3L);
            a.callJava((x, y, z) -> {
                seen.addAll(List.of(x, y, z));
                return 0x123456789ABCDEFL;
            });
            a.mov(rdi, rax);
            a.callJava((x, y, z) -> seen.add(x) ? 1 : 0);
        });
        scheduler.run();
        assertThat(seen).containsExactly(1L, Long.MIN_VALUE, -3L, 0x123456789ABCDEFL);
    }

    @Test
    @Tag("S33")
    void anUpcallKeepsCalleeSavedRegistersAndTheStack() {
        List<IndexReg> saved = List.of(rbx, rbp, r12, r13, r15);
        try (NativeMemory memory = NativeMemory.allocate(OperatingSystem.current(), 4096)) {
            scheduler.go(a -> {
                a.push(0x1234);
                for (int i = 0; i < saved.size(); i++) {
                    a.mov(saved.get(i), 0x1111111111111111L * (i + 1));
                }
                a.callJava(() -> System.gc());
                a.mov(rax, memory.address());
                for (int i = 0; i < saved.size(); i++) {
                    a.mov(qword(rax, 8 * i), saved.get(i));
                }
                a.pop(qword(rax, 8 * saved.size()));
            });
            scheduler.run();
            for (int i = 0; i < saved.size(); i++) {
                assertThat(memory.getLong(8L * i)).as("%s", saved.get(i)).isEqualTo(0x1111111111111111L * (i + 1));
            }
            assertThat(memory.getLong(8L * saved.size()))
                    .as("the word on the stack")
                    .isEqualTo(0x1234);
        }
    }

    @Test
    @Tag("S38")
    void anUpcallRunsOnTheCarriersOwnThreadAndStack() {
        AtomicReference<Thread> thread = new AtomicReference<>();
        AtomicReference<StackTraceElement[]> trace = new AtomicReference<>();
        scheduler.go(a -> a.callJava(() -> {
            thread.set(Thread.currentThread());
            trace.set(new Throwable().getStackTrace());
        }));
        scheduler.run();
        assertThat(thread.get().getName()).isEqualTo("trapeze-carrier-0");
        assertThat(trace.get())
                .as("the whole way from the carrier's thread to the upcall")
                .extracting(StackTraceElement::getMethodName)
                .contains("call", "enter", "carry", "run");
    }

    @Test
    @Tag("S34")
    void aThrowingUpcallEndsItsGoroutineWithTheCauseAndTheOthersGoOn() {
        IOException thrown = new IOException("as planned");
        AtomicInteger after = new AtomicInteger();
        Goroutine fails = scheduler.go(a -> {
            a.callJava((x, y, z) -> {
                throw thrown;
            });
            a.ud2();
        });
        Goroutine goesOn = scheduler.go(a -> {
            a.yield();
            a.yield();
            a.callJava(after::incrementAndGet);
        });
        scheduler.run();
        assertThat(after).hasValue(1);
        assertThat(goesOn.failure()).isEmpty();
        assertThat(fails.state()).isEqualTo(GoroutineState.DEAD);
        assertThat(fails.failure())
                .get()
                .satisfies(failure -> assertThat(failure).hasCause(thrown).hasMessageContaining("goroutine 1"));
        assertThat(failures).containsExactly(new Failure(fails, thrown));
    }

    @Test
    @Tag("S34")
    void errorsAndDeepRecursionFailTheGoroutineAlone() {
        Goroutine error = scheduler.go(a -> a.callJava(() -> {
            throw new AssertionError("error");
        }));
        Goroutine overflow = scheduler.go(a -> a.callJava(() -> recurse(1)));
        Goroutine fine = scheduler.go(a -> a.callJava(() -> {}));
        scheduler.run();
        assertThat(error.failure()).get().satisfies(f -> assertThat(f).hasCauseInstanceOf(AssertionError.class));
        assertThat(overflow.failure()).get().satisfies(f -> assertThat(f).hasCauseInstanceOf(StackOverflowError.class));
        assertThat(fine.failure()).isEmpty();
    }

    private static int recurse(int depth) {
        return depth == 0 ? 0 : 1 + recurse(depth + 1);
    }

    @Test
    @Tag("S34")
    void aFailureInsideACallbackLeavesForeignCodeBehind() {
        try (NativeMemory memory = NativeMemory.allocate(OperatingSystem.current(), 4096)) {
            Goroutine fails = scheduler.go(a -> {
                Label compare = a.callback(b -> b.callJava(() -> {
                    throw new IllegalStateException("no order");
                }));
                a.mov(rdi, memory.address());
                a.mov(esi, 5);
                a.mov(edx, 8);
                a.lea(rcx, ptr(compare));
                a.callNative(OperatingSystem.current().symbol("qsort"));
                a.ud2();
            });
            scheduler.run();
            assertThat(fails.failure()).get().satisfies(f -> assertThat(f).hasRootCauseMessage("no order"));
        }
    }

    @Test
    void aFailingFailureHandlerHarmsNobody() {
        AtomicInteger after = new AtomicInteger();
        try (Scheduler strict = Scheduler.builder()
                .carriers(1)
                .maxGoroutines(4)
                .onFailure((goroutine, thrown) -> {
                    throw new IllegalStateException("the handler's own");
                })
                .build()) {
            Goroutine fails = strict.go(a -> a.callJava(() -> {
                throw new IllegalArgumentException("the upcall's");
            }));
            strict.go(a -> {
                a.yield();
                a.callJava(after::incrementAndGet);
            });
            strict.run();
            assertThat(after).hasValue(1);
            assertThat(fails.failure())
                    .get()
                    .satisfies(f -> assertThat(f.getCause())
                            .hasMessage("the upcall's")
                            .hasSuppressedException(new IllegalStateException("the handler's own")));
        }
    }

    @Test
    void aFailureHandlerMayThrowWhatItWasGiven() {
        AtomicInteger after = new AtomicInteger();
        try (Scheduler rethrowing = Scheduler.builder()
                .carriers(1)
                .maxGoroutines(4)
                .onFailure((goroutine, thrown) -> {
                    throw (RuntimeException) thrown;
                })
                .build()) {
            Goroutine fails = rethrowing.go(a -> a.callJava(() -> {
                throw new IllegalArgumentException("twice");
            }));
            rethrowing.go(a -> {
                a.yield();
                a.callJava(after::incrementAndGet);
            });
            rethrowing.run();
            assertThat(after).hasValue(1);
            assertThat(fails.failure())
                    .get()
                    .satisfies(f -> assertThat(f.getCause()).hasMessage("twice").hasNoSuppressedExceptions());
        }
    }

    @Test
    void anUpcallStartsGoroutinesThatStartGoroutines() {
        AtomicInteger started = new AtomicInteger();
        Body[] generations = new Body[4];
        for (int i = 0; i < generations.length; i++) {
            int generation = i;
            generations[i] = scheduler.compile(
                    "generation" + i,
                    a -> a.callJava(() -> {
                        started.incrementAndGet();
                        if (generation > 0) {
                            scheduler.go(generations[generation - 1]);
                            scheduler.go(a2 -> a2.callJava(started::incrementAndGet));
                        }
                    }));
        }
        scheduler.go(generations[3]);
        scheduler.run();
        assertThat(started).hasValue(4 + 3);
        assertThat(scheduler.statistics().goroutines()).isEqualTo(7);
    }

    @Test
    void runInsideAnUpcallIsAClearError() {
        Goroutine runs = scheduler.go(a -> a.callJava(scheduler::run));
        scheduler.run();
        assertThat(runs.failure())
                .get()
                .satisfies(f -> assertThat(f.getCause())
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageStartingWith("run from inside an upcall")
                        .hasMessageContaining("go()"));
    }

    @Test
    void closeInsideAnUpcallIsAClearErrorAndClosesNothing() {
        Goroutine closes = scheduler.go(a -> a.callJava(scheduler::close));
        scheduler.run();
        assertThat(closes.failure())
                .get()
                .satisfies(f -> assertThat(f.getCause())
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageStartingWith("close from inside an upcall"));
        scheduler.go(a -> {});
        scheduler.run();
    }

    @Test
    void enteringTheCarrierInsideAnUpcallIsAClearError() {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        scheduler.attached(carrier -> {
            scheduler.go(a -> a.callJava(() -> {
                try {
                    carrier.enter();
                } catch (IllegalStateException e) {
                    thrown.set(e);
                }
            }));
            carrier.enter();
        });
        assertThat(thrown.get()).hasMessageStartingWith("enter from inside an upcall");
    }

    @Test
    void anUpcallMayRunAnotherScheduler() {
        AtomicInteger ran = new AtomicInteger();
        scheduler.go(a -> a.callJava(() -> {
            try (Scheduler inner =
                    Scheduler.builder().carriers(1).maxGoroutines(2).build()) {
                inner.go(b -> b.callJava(ran::incrementAndGet));
                inner.run();
            }
        }));
        scheduler.run();
        assertThat(ran).hasValue(1);
    }

    @Test
    void theGoroutineThatCallsIsRunning() {
        AtomicReference<GoroutineState> state = new AtomicReference<>();
        AtomicReference<Goroutine> self = new AtomicReference<>();
        self.set(scheduler.go(a -> a.callJava(() -> state.set(self.get().state()))));
        assertThat(self.get().state()).isEqualTo(GoroutineState.RUNNABLE);
        scheduler.run();
        assertThat(state).hasValue(GoroutineState.RUNNING);
        assertThat(self.get().state()).isEqualTo(GoroutineState.DEAD);
    }

    @Test
    void upcallsAreCounted() {
        scheduler.go(a -> {
            a.mov(rbx, 100);
            Label again = a.here();
            a.callJava(() -> {});
            a.dec(rbx);
            a.jnz(again);
        });
        scheduler.run();
        assertThat(scheduler.statistics().upcalls()).isEqualTo(100);
        assertThatThrownBy(() -> {
                    scheduler.close();
                    scheduler.statistics();
                })
                .hasMessageContaining("closed");
    }
}
