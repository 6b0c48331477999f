// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

/**
 * The calling thread's part in running goroutines, within {@link Scheduler#attached}: for a thread that has other things to do
 * as well, such as an event loop. It belongs to that thread, and only while it is attached.
 */
public final class Carrier {
    private final Carriers carriers;
    private final Machine machine;
    private final Thread thread = Thread.currentThread();
    private boolean attached = true;

    Carrier(Carriers carriers, Machine machine) {
        this.carriers = carriers;
        this.machine = machine;
    }

    /**
     * Runs what is runnable, and what becomes so meanwhile, until nothing is: every goroutine has ended or is parked. Never
     * waits; a call that finds nothing to do costs a few dozen nanoseconds.
     *
     * @throws IllegalStateException from another thread, after the end of {@link Scheduler#attached}, from inside an upcall, or
     *     if the scheduler is being closed
     */
    public void enter() {
        if (Thread.currentThread() != thread || !attached) {
            throw new IllegalStateException(
                    (attached ? "this carrier belongs to thread '" + thread.getName() + "'" : "no longer attached")
                            + ": call enter from within the work that attached() runs, on its own thread");
        }
        carriers.runRunnable(machine);
    }

    void detach() {
        attached = false;
    }
}
