// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.switches;

import io.trapeze.bench.sampling.Measure;
import io.trapeze.runtime.sched.Carrier;
import io.trapeze.runtime.sched.Scheduler;

/** Java enters the emitted scheduler, which finds nothing to run and leaves. */
final class EnterLeave implements Measure, AutoCloseable {
    private final Scheduler scheduler =
            Scheduler.builder().carriers(1).maxGoroutines(1).build();
    private long nanos;

    @Override
    public Elapsed take(long times) {
        scheduler.attached(carrier -> nanos = time(carrier, times));
        return new Elapsed(nanos, times);
    }

    private static long time(Carrier carrier, long times) {
        long start = System.nanoTime();
        for (long i = 0; i < times; i++) {
            carrier.enter();
        }
        return System.nanoTime() - start;
    }

    @Override
    public void close() {
        scheduler.close();
    }
}
