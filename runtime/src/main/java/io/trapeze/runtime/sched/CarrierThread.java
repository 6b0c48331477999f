// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

/** The thread of one carrier, for one run. */
final class CarrierThread extends Thread {
    private final Scheduler scheduler;
    private final Machine machine;
    private Throwable thrown;

    CarrierThread(Scheduler scheduler, Machine machine, int number) {
        super("trapeze-carrier-" + number);
        this.scheduler = scheduler;
        this.machine = machine;
        setDaemon(true);
    }

    Scheduler scheduler() {
        return scheduler;
    }

    @Override
    public void run() {
        try {
            scheduler.carry(machine);
        } catch (Throwable t) { // told to whoever called run()
            thrown = t;
            scheduler.stop();
        }
    }

    /** Waits for the end; an interrupt is kept for later, because goroutines cannot be left half run. */
    void awaitEnd() {
        boolean interrupted = false;
        while (isAlive()) {
            try {
                join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Throws what ended the carrier, if anything did. */
    void rethrow() {
        if (thrown != null) {
            throw new IllegalStateException(getName() + " ended early", thrown);
        }
    }
}
