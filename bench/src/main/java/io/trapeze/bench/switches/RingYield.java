// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.switches;

import static io.trapeze.emitter.operand.Mem.dword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.bench.sampling.Measure;
import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.sched.Body;
import io.trapeze.runtime.sched.GoroutineAssembler;
import io.trapeze.runtime.sched.Scheduler;
import java.util.Random;

/**
 * Yields of n goroutines through the run queue of one carrier. The clock runs from when the last of them has begun until the
 * first has ended, so that starting and ending them is outside; the scheduler's own count tells how many yields that were.
 *
 * <p>They end in a random order, and the last to end are the first whose stacks and records are used again: from the second
 * sample on, neighbours in the queue are no neighbours in memory, as in a program that has run for a while.
 */
final class RingYield implements Measure, AutoCloseable {
    private final int n;
    private final Scheduler scheduler;
    private final Body body;
    private final Random disorder = new Random(1);
    private int begun;
    private int ended;
    private Reading first;
    private Reading last;

    /** The clock, and the yields so far. */
    private record Reading(long nanos, long switches) {}

    /**
     * @param n goroutines, from 2
     * @param controlWords whether the body could change MXCSR, so that its yields have to carry the control words
     */
    RingYield(int n, boolean controlWords) {
        this.n = n;
        this.scheduler = Scheduler.builder().carriers(1).maxGoroutines(n).build();
        this.body = scheduler.compile("yields", a -> emit(a, controlWords));
    }

    // spotless:off
    /* in: rdi = yields */
    private void emit(GoroutineAssembler a, boolean controlWords) {
        a.mov(rbx, rdi);
        if (controlWords) {
            a.stmxcsr(dword(rsp, -8));
            a.ldmxcsr(dword(rsp, -8)) .because("whatever it loads");
        }
        a.callJava(this::begin);
        a.align(16);
        Label again = a.here();
        a.yield();
        a.dec(rbx);
        a.jnz(again);
        a.callJava(this::end);
    }
    // spotless:on

    private void begin() {
        if (++begun == n) {
            first = read();
        }
    }

    private void end() {
        if (ended++ == 0) {
            last = read();
        }
    }

    private Reading read() {
        return new Reading(System.nanoTime(), scheduler.statistics().switches());
    }

    @Override
    public Elapsed take(long times) {
        begun = 0;
        ended = 0;
        long each = times / n + 1;
        scheduler.attached(carrier -> {
            for (int i = 0; i < n; i++) {
                scheduler.go(body, each + disorder.nextInt(n));
            }
            carrier.enter();
        });
        if (begun != n || ended != n) {
            throw new IllegalStateException(begun + " of " + n + " goroutines began and " + ended + " ended");
        }
        long switches = last.switches() - first.switches();
        if (Math.abs(switches - n * each) > 2L * n * n) {
            throw new IllegalStateException(
                    switches + " switches, where " + n + " goroutines yielded " + each + " times");
        }
        return new Elapsed(last.nanos() - first.nanos(), switches);
    }

    @Override
    public void close() {
        scheduler.close();
    }
}
