// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ParkTest {
    private static final OperatingSystem OS = OperatingSystem.current();

    @Test
    void readyBeforeParkLetsTheParkGoOnAtOnce() {
        AtomicInteger passed = new AtomicInteger();
        try (Scheduler scheduler =
                Scheduler.builder().carriers(1).maxGoroutines(2).build()) {
            Goroutine goroutine = scheduler.go(a -> {
                a.park();
                a.callJava(passed::incrementAndGet);
            });
            scheduler.ready(goroutine);
            scheduler.run();
        }
        assertThat(passed).hasValue(1);
    }

    @Test
    void manyReadiesBeforeAParkAreOnePermit() {
        List<String> events = new ArrayList<>();
        try (Scheduler scheduler =
                Scheduler.builder().carriers(1).maxGoroutines(2).build()) {
            Goroutine goroutine = scheduler.go(a -> {
                a.park();
                a.callJava(() -> events.add("first"));
                a.park();
                a.callJava(() -> events.add("second"));
            });
            scheduler.ready(goroutine);
            scheduler.ready(goroutine);
            scheduler.ready(goroutine);
            scheduler.go(a -> {
                a.yield();
                a.callJava(() -> events.add(goroutine.state().toString()));
                a.ready(goroutine);
            });
            scheduler.run();
        }
        assertThat(events).containsExactly("first", "WAITING", "second");
    }

    @Test
    void readyingAnEndedGoroutineDoesNothingToTheOneThatHasItsPlace() {
        try (Scheduler scheduler =
                Scheduler.builder().carriers(1).maxGoroutines(1).build()) {
            Goroutine ended = scheduler.go(a -> {});
            scheduler.run();
            List<String> events = new ArrayList<>();
            scheduler.attached(carrier -> {
                Goroutine inItsPlace = scheduler.go(a -> {
                    a.park();
                    a.callJava(() -> events.add("resumed"));
                });
                scheduler.ready(ended);
                carrier.enter();
                events.add(inItsPlace.state().toString());
                scheduler.ready(inItsPlace);
                carrier.enter();
            });
            assertThat(events).containsExactly("WAITING", "resumed");
        }
    }

    /** Each side counts its turns in a field of its own: a wakeup lost on either side leaves both waiting for ever. */
    @Test
    void noWakeupIsLostBetweenJavaThreadsAndCarriers() throws Exception {
        int rounds = 20_000;
        int pairs = 3;
        try (Scheduler scheduler =
                        Scheduler.builder().carriers(2).maxGoroutines(pairs).build();
                NativeMemory memory = NativeMemory.allocate(OS, 4096)) {
            // waits until its flag is set, clears it, counts: by park alone, whose permits may come early or together
            Body consumer = scheduler.compile("consumer", a -> {
                a.mov(rbx, rdi);
                a.mov(r12, rounds);
                Label again = a.here();
                Label set = a.label();
                Label check = a.here();
                a.cmp(qword(rbx), 0);
                a.jne(set);
                a.park();
                a.jmp(check);
                a.bind(set);
                a.mov(qword(rbx), 0);
                a.dec(r12);
                a.jnz(again);
            });
            Thread[] producers = new Thread[pairs];
            for (int i = 0; i < pairs; i++) {
                long flag = 64L * i;
                Goroutine goroutine = scheduler.go(consumer, memory.address() + flag);
                producers[i] = new Thread(() -> {
                    for (int round = 0; round < rounds; round++) {
                        while (memory.getLongAcquire(flag) != 0) {
                            Thread.onSpinWait();
                            Thread.yield();
                        }
                        memory.putLongRelease(flag, 1);
                        scheduler.ready(goroutine);
                    }
                });
                producers[i].setDaemon(true);
            }
            for (Thread producer : producers) {
                producer.start();
            }
            scheduler.run();
            for (Thread producer : producers) {
                producer.join();
            }
            assertThat(scheduler.statistics().goroutines()).isEqualTo(pairs);
        }
    }

    /** As between threads, but with nothing between the producer's write and its ready that would order the two. */
    @Test
    void noWakeupIsLostBetweenGoroutinesOnTwoCarriers() {
        int rounds = 30_000;
        try (Scheduler scheduler =
                        Scheduler.builder().carriers(2).maxGoroutines(2).build();
                NativeMemory memory = NativeMemory.allocate(OS, 4096)) {
            Goroutine consumer = scheduler.go(a -> {
                a.mov(rbx, memory.address());
                a.mov(r12, rounds);
                Label again = a.here();
                Label set = a.label();
                a.cmp(qword(rbx), 0);
                a.jne(set);
                a.park();
                a.jmp(again);
                a.bind(set);
                a.mov(qword(rbx), 0);
                a.dec(r12);
                a.jnz(again);
            });
            scheduler.go(a -> {
                a.mov(rbx, memory.address());
                a.mov(r12, rounds - 1);
                Label again = a.here();
                Label wait = a.label();
                a.mov(qword(rbx), 1);
                a.ready(consumer);
                a.bind(wait);
                a.yield();
                a.cmp(qword(rbx), 0);
                a.jne(wait);
                a.dec(r12);
                a.jnz(again);
                a.mov(qword(rbx), 1);
                a.ready(consumer);
            });
            scheduler.run();
            assertThat(memory.getLong(0)).isZero();
        }
    }

    @Test
    void goroutinesHandTheTurnRoundARingOfParkAndReady() {
        int members = 50;
        int rounds = 200;
        try (Scheduler scheduler =
                        Scheduler.builder().carriers(2).maxGoroutines(members).build();
                NativeMemory turns = NativeMemory.allocate(OS, 4096)) {
            Goroutine[] ring = new Goroutine[members];
            for (int i = members - 1; i >= 0; i--) {
                // the last one passes the turn through Java, since the first does not exist yet
                int next = i + 1;
                ring[i] = scheduler.go(a -> {
                    a.mov(rbx, rounds);
                    Label again = a.here();
                    a.park();
                    a.mov(rax, turns.address());
                    a.inc(qword(rax));
                    if (next < members) {
                        a.ready(ring[next]);
                    } else {
                        a.callJava(() -> scheduler.ready(ring[0]));
                    }
                    a.dec(rbx);
                    a.jnz(again);
                });
            }
            scheduler.ready(ring[0]);
            scheduler.run();
            assertThat(turns.getLong(0)).isEqualTo((long) members * rounds);
        }
    }

    @Test
    void aHundredThousandGoroutinesParkAtOnceAndAllResume() throws Exception {
        assumeTrue(OS.hasKernelGuardPages(), "this kernel has no guard pages of its own (Linux 6.13 and later do)");
        int count = 100_000;
        try (Scheduler scheduler =
                        Scheduler.builder().carriers(2).maxGoroutines(count).build();
                NativeMemory counters = NativeMemory.allocate(OS, 4096)) {
            Body body = scheduler.compile("parks", a -> {
                a.mov(rbx, rdi);
                a.lock().inc(qword(rbx));
                a.park();
                a.lock().inc(qword(rbx, 64));
            });
            long before = residentPages();
            List<Goroutine> goroutines = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                goroutines.add(scheduler.go(body, counters.address()));
            }
            CountDownLatch done = new CountDownLatch(1);
            Thread runner = new Thread(() -> {
                scheduler.run();
                done.countDown();
            });
            runner.start();
            while (goroutines.stream().anyMatch(g -> g.state() != GoroutineState.WAITING)) {
                Thread.sleep(1);
            }
            assertThat(counters.getLong(0)).isEqualTo(count);
            assertThat(counters.getLong(64)).isZero();
            long bytes = residentPages() - before;
            System.out.printf("100,000 parked goroutines: %,d bytes of memory each%n", bytes / count);
            goroutines.forEach(scheduler::ready);
            done.await();
            assertThat(counters.getLong(64)).isEqualTo(count);
            assertThat(goroutines).allMatch(g -> g.state() == GoroutineState.DEAD);
        }
    }

    /** Bytes of anonymous and file memory that this process holds, its Java heap and ours included. */
    private static long residentPages() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }
}
