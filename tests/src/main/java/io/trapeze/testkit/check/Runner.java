// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import io.trapeze.testkit.capsule.Capsule;
import io.trapeze.testkit.capsule.Outcome;
import io.trapeze.trampolines.abi.Abi;

/**
 * A capsule, and the memory in which code is tried there.
 *
 * @param capsule which runs it
 * @param world in the capsule's memory
 */
record Runner(Capsule capsule, World world) implements Ground {
    static Runner open() {
        Capsule capsule = Capsule.open();
        return new Runner(capsule, World.in(capsule));
    }

    @Override
    public long arrival(Abi abi) {
        return capsule.probe(abi).address("arrival");
    }

    @Override
    public void close() {
        capsule.close();
    }

    @Override
    public void run(Abi abi, long target) {
        Outcome outcome = capsule.run(abi, target);
        if (outcome instanceof Outcome.Crashed crashed) {
            throw new StoppedRun(crashed.crash(), false);
        }
        if (outcome instanceof Outcome.Hung hung) {
            throw new StoppedRun(hung.crash(), true);
        }
    }
}
