// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

/** The thread of one carrier, for one run. */
final class CarrierThread extends Thread {
    private final Carriers carriers;
    private final Lifetime lifetime;
    private final Machine machine;
    private Throwable thrown;

    CarrierThread(Carriers carriers, Lifetime lifetime, Machine machine, int number) {
        super("trapeze-carrier-" + number);
        this.carriers = carriers;
        this.lifetime = lifetime;
        this.machine = machine;
        setDaemon(true);
    }

    /** Returns the lifetime of the scheduler that it carries for. */
    Lifetime lifetime() {
        return lifetime;
    }

    @Override
    public void run() {
        try {
            carriers.carry(machine);
        } catch (Throwable t) { // told to whoever called run()
            thrown = t;
            carriers.stop();
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
