// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import java.util.function.Supplier;

/**
 * A scheduler's time from open to closed: one run after the other, and a close that ends the last of them before anything is given
 * back.
 */
final class Lifetime {
    /** Held while goroutines are started or counted, so that no memory is given back meanwhile. */
    private final Object use = new Object();

    private volatile boolean closed;
    private boolean closing;
    private Thread runner;

    /** Refuses what needs an open scheduler. */
    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the scheduler is closed: build a new one");
        }
    }

    /** Does work, one thread at a time, during which no memory is given back. */
    <T> T whileOpen(Supplier<T> work) {
        synchronized (use) {
            requireOpen();
            return work.get();
        }
    }

    /**
     * Begins a run by the calling thread.
     *
     * @throws IllegalStateException if one is under way, from inside an upcall, or if the scheduler is closed
     */
    synchronized void begin() {
        requireOpen();
        requireOutside("run");
        if (runner != null) {
            throw new IllegalStateException("run is under way in thread '" + runner.getName()
                    + "': one run at a time; it also runs what is started meanwhile");
        }
        runner = Thread.currentThread();
    }

    /** Ends the run. */
    synchronized void end() {
        runner = null;
        notifyAll();
    }

    /** Whether a close waits for the run's end. */
    synchronized boolean isClosing() {
        return closing;
    }

    private synchronized void requireOutside(String what) {
        if (Thread.currentThread() == runner
                || Thread.currentThread() instanceof CarrierThread carrier && carrier.lifetime() == this) {
            throw new IllegalStateException(
                    what + " from inside an upcall, or from attached work: this thread is a carrier of the same"
                            + " scheduler. Start goroutines with go() and return from there first");
        }
    }

    /**
     * Waits until no run is under way, and closes.
     *
     * @param stop makes a run end; called as often as it takes
     * @return whether the scheduler was open
     * @throws IllegalStateException from inside an upcall
     */
    boolean close(Runnable stop) {
        requireOutside("close");
        synchronized (this) {
            if (closed) {
                return false;
            }
            closing = true;
            awaitEnd(stop);
            boolean first = !closed; // another close may have waited as well
            synchronized (use) {
                closed = true;
            }
            return first;
        }
    }

    private synchronized void awaitEnd(Runnable stop) {
        boolean interrupted = false;
        while (runner != null) {
            stop.run();
            try {
                wait(100);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
