// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import io.trapeze.runtime.host.Host;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.testkit.capsule.ThisProcess;
import io.trapeze.testkit.check.Stacks;
import io.trapeze.testkit.check.World;
import io.trapeze.trampolines.SaveSet;

/**
 * What this process needs to run primitives of any number of ABIs itself, one after the other: where handlers of signals of its
 * own take part.
 */
record Bench(ThisProcess process, World world) {

    static Bench open() {
        ThisProcess process = ThisProcess.open();
        Stacks stacks = new Stacks(NativeMemory.allocate(process.os(), Stacks.BYTES));
        NativeMemory gobufs = NativeMemory.allocate(process.os(), World.GOBUF_BYTES);
        return new Bench(process, new World(process.memory(), stacks, gobufs));
    }

    /** The widest save set of this processor. */
    static SaveSet widestHere() {
        return SaveSet.widest(Host.detect().cpu().xcr0());
    }
}
