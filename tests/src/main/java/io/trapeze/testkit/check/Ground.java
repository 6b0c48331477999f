// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import io.trapeze.testkit.capsule.ThisProcess;
import io.trapeze.trampolines.abi.Abi;

/** Where code under test runs. */
interface Ground {
    /** Returns the memory that it has there. */
    World world();

    /** Returns the address of the code that code under test arrives at in the end. */
    long arrival(Abi abi);

    /**
     * Runs code to its end.
     *
     * @throws StoppedRun if it does not come to it
     */
    void run(Abi abi, long target);

    /** Gives back what it takes. */
    void close();

    /** This process: code that crashes is its end. */
    record Here(ThisProcess process, World world) implements Ground {
        @Override
        public long arrival(Abi abi) {
            return process.probe(abi).address("arrival");
        }

        @Override
        public void run(Abi abi, long target) {
            process.run(abi, target);
        }

        @Override
        public void close() {
            process.arena().close();
        }
    }
}
