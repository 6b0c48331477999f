// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import io.trapeze.testkit.capsule.Ground;
import io.trapeze.testkit.capsule.Outcome;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;

/**
 * A ground with stacks and Gobufs; code that does not come to its end is an exception.
 *
 * @param ground which runs it
 * @param world in the ground's memory
 */
record Runner(Ground ground, World world) {
    static Runner on(Ground ground) {
        return new Runner(ground, World.in(ground));
    }

    /**
     * Requires that this processor has some registers.
     *
     * @throws IllegalArgumentException if it lacks any
     */
    void requireRegisters(SaveSet needed, String what) {
        if (!needed.fits(ground.widest())) {
            throw new IllegalArgumentException("this processor lacks registers that " + what + " keeps: it has "
                    + ground.widest().label() + ", and " + needed.label()
                    + " is needed. Check it with a narrower save set, or on another processor");
        }
    }

    /** Returns the address of the code that code under test arrives at in the end. */
    long arrival(Abi abi) {
        return ground.probe(abi).address("arrival");
    }

    /**
     * Runs code to its end.
     *
     * @throws StoppedRun if it does not come to it
     */
    void run(Abi abi, long target) {
        Outcome outcome = ground.run(abi, target);
        if (outcome instanceof Outcome.Crashed crashed) {
            throw new StoppedRun(crashed.crash(), false);
        }
        if (outcome instanceof Outcome.Hung hung) {
            throw new StoppedRun(hung.crash(), true);
        }
    }

    /** Gives back what it takes. */
    void close() {
        ground.close();
    }
}
