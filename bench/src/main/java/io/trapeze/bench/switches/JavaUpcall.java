// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.switches;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.bench.sampling.Measure;
import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.sched.Body;
import io.trapeze.runtime.sched.GoroutineAssembler;
import io.trapeze.runtime.sched.Scheduler;

/** Calls of Java by a goroutine: systemstack to g0, and on through JNI into a method that counts. */
final class JavaUpcall implements Measure, AutoCloseable {
    private final Scheduler scheduler =
            Scheduler.builder().carriers(1).maxGoroutines(1).build();
    private final Body body = scheduler.compile("upcalls", this::emit);
    private long calls;
    private long start;
    private long end;

    /* in: rdi = upcalls */
    private void emit(GoroutineAssembler a) {
        a.mov(rbx, rdi);
        a.callJava(() -> start = System.nanoTime());
        Label again = a.here();
        a.callJava(() -> calls++);
        a.dec(rbx);
        a.jnz(again);
        a.callJava(() -> end = System.nanoTime());
    }

    @Override
    public Elapsed take(long times) {
        long before = calls;
        scheduler.attached(carrier -> {
            scheduler.go(body, times);
            carrier.enter();
        });
        if (calls - before != times) {
            throw new IllegalStateException((calls - before) + " upcalls of " + times + " arrived");
        }
        return new Elapsed(end - start, times);
    }

    @Override
    public void close() {
        scheduler.close();
    }
}
