// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import io.trapeze.testkit.capsule.Ground;
import io.trapeze.testkit.capsule.Outcome;
import io.trapeze.trampolines.abi.Abi;

/**
 * Where code under test runs, and the memory that it has there.
 *
 * @param ground which runs it
 * @param world in the ground's memory
 */
record Runner(Ground ground, World world) {
    static Runner on(Ground ground) {
        return new Runner(ground, World.in(ground));
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
