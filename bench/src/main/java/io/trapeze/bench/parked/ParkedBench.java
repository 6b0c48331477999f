// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.parked;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.bench.sampling.Conditions;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.sched.Body;
import io.trapeze.runtime.sched.Carrier;
import io.trapeze.runtime.sched.Goroutine;
import io.trapeze.runtime.sched.GoroutineAssembler;
import io.trapeze.runtime.sched.Scheduler;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Parks many goroutines at once, looks what they take, and resumes them all. Each counts itself twice, before and after it
 * parks, in memory that Java reads.
 */
public final class ParkedBench implements AutoCloseable {
    private static final int BEFORE = 0;
    private static final int AFTER = 8;
    private static final int WARM_UP = 10_000;

    private final int count;
    private final NativeMemory counters;
    private final Scheduler scheduler;
    private final Body body;
    private final Goroutine[] goroutines;

    private ParkedBench(int count) {
        this.count = count;
        this.counters = NativeMemory.allocate(OperatingSystem.current(), 2L * Long.BYTES);
        this.scheduler = Scheduler.builder().carriers(1).maxGoroutines(count).build();
        this.body = scheduler.compile("parks", ParkedBench::emit);
        this.goroutines = new Goroutine[count];
    }

    /* in: rdi = the counters */
    private static void emit(GoroutineAssembler a) {
        a.mov(rbx, rdi);
        a.inc(qword(rbx, BEFORE));
        a.park();
        a.inc(qword(rbx, AFTER));
    }

    /**
     * Parks and resumes.
     *
     * @param count goroutines, 1 to 1,000,000
     * @param progress is told what goes on
     * @throws IllegalStateException if some did not park
     */
    public static ParkedReport run(int count, Consumer<String> progress) {
        if (count < 1 || count > 1_000_000) {
            throw new IllegalArgumentException(count + " goroutines: park 1 to 1,000,000");
        }
        Conditions conditions = Conditions.now(OptionalInt.empty());
        progress.accept("warming up");
        measure(conditions, Math.min(count, WARM_UP), progress);
        return measure(conditions, count, progress);
    }

    private static ParkedReport measure(Conditions conditions, int count, Consumer<String> progress) {
        System.gc(); // so that what the heap holds is in use
        Footprint before = Footprint.now();
        long start = System.nanoTime();
        try (ParkedBench bench = new ParkedBench(count)) {
            long built = System.nanoTime();
            ParkedReport[] report = new ParkedReport[1];
            bench.scheduler.attached(
                    carrier -> report[0] = bench.measure(conditions, before, (built - start) / 1e6, carrier, progress));
            return report[0];
        }
    }

    private ParkedReport measure(
            Conditions conditions, Footprint before, double reserveMs, Carrier carrier, Consumer<String> progress) {
        progress.accept("creating");
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            goroutines[i] = scheduler.go(body, counters.address());
        }
        long created = System.nanoTime();
        carrier.enter();
        long parked = System.nanoTime();
        if (counters.getLong(BEFORE) != count || counters.getLong(AFTER) != 0) {
            throw new IllegalStateException(counters.getLong(BEFORE) + " of " + count + " goroutines began, and "
                    + counters.getLong(AFTER) + " did not stay parked");
        }
        Footprint grown = Footprint.now().since(before);
        progress.accept("resuming");
        long looked = System.nanoTime();
        for (Goroutine goroutine : goroutines) {
            scheduler.ready(goroutine);
        }
        long ready = System.nanoTime();
        carrier.enter();
        long ended = System.nanoTime();
        return new ParkedReport(
                conditions,
                count,
                counters.getLong(AFTER),
                OperatingSystem.current().hasKernelGuardPages(),
                new Footprint(
                        grown.address() / count,
                        grown.resident() / count,
                        grown.pageTables() / count,
                        grown.javaHeap() / count),
                reserveMs,
                each(start, created),
                each(created, parked),
                each(looked, ready),
                each(ready, ended));
    }

    private double each(long from, long to) {
        return (double) (to - from) / count;
    }

    @Override
    public void close() {
        try {
            scheduler.close();
        } finally {
            counters.close();
        }
    }
}
