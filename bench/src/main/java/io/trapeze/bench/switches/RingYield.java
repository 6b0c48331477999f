// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.switches;

import static io.trapeze.emitter.operand.Mem.dword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.bench.sampling.Measure;
import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.sched.Body;
import io.trapeze.runtime.sched.GoroutineAssembler;
import io.trapeze.runtime.sched.Scheduler;

/**
 * Yields of n goroutines through the run queue of one carrier. The clock runs from when the last of them has begun until the
 * first has ended, so that starting and ending them is outside; the scheduler's own count tells how many yields that were.
 */
final class RingYield implements Measure, AutoCloseable {
    private final int n;
    private final Scheduler scheduler;
    private final Body body;
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
                scheduler.go(body, each);
            }
            carrier.enter();
        });
        if (begun != n || ended != n) {
            throw new IllegalStateException(begun + " of " + n + " goroutines began and " + ended + " ended");
        }
        return new Elapsed(last.nanos() - first.nanos(), last.switches() - first.switches());
    }

    @Override
    public void close() {
        scheduler.close();
    }
}
