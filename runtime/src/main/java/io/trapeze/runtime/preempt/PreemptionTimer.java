// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.preempt;

import io.trapeze.runtime.os.HostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that asks for the preemption of goroutines that have run for a whole time slice: Go's sysmon, for this one job.
 */
public final class PreemptionTimer implements AutoCloseable {
    /** A carrier as the timer sees it. */
    public interface Carrier {
        /**
         * Returns a number that differs from the last call's if another goroutine has run meanwhile; 0 if none runs, or an
         * upcall does.
         */
        long progress();

        /** Asks for the preemption of what runs. */
        void preempt();
    }

    private final List<? extends Carrier> carriers;
    private final long sliceNanos;
    private final Thread thread;
    private volatile boolean closed;

    private PreemptionTimer(List<? extends Carrier> carriers, Duration slice) {
        this.carriers = List.copyOf(carriers);
        this.sliceNanos = slice.toNanos();
        this.thread = new Thread(this::watch, "trapeze-preemption-timer");
        this.thread.setDaemon(true);
    }

    /** Starts watching; a slice of zero watches nothing. */
    public static PreemptionTimer start(List<? extends Carrier> carriers, Duration slice) {
        PreemptionTimer timer = new PreemptionTimer(carriers, slice);
        if (!slice.isZero()) {
            timer.thread.start();
        }
        return timer;
    }

    private void watch() {
        long[] last = new long[carriers.size()];
        while (!closed) {
            LockSupport.parkNanos(sliceNanos);
            for (int i = 0; i < last.length && !closed; i++) {
                long now = carriers.get(i).progress();
                if (now != 0 && now == last[i]) {
                    preempt(carriers.get(i));
                }
                last[i] = now;
            }
        }
    }

    private static void preempt(Carrier carrier) {
        try {
            carrier.preempt();
        } catch (HostException e) {
            // too many signals are queued: the next slice tries again
            System.getLogger("io.trapeze").log(System.Logger.Level.DEBUG, "preemption signal not sent", e);
        }
    }

    /** Stops; afterwards no signal is sent any more. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
