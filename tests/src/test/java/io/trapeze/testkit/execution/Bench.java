// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import io.trapeze.runtime.host.Host;
import io.trapeze.testkit.capsule.ThisProcess;
import io.trapeze.testkit.check.World;
import io.trapeze.trampolines.SaveSet;

/**
 * What this process needs to run primitives of any number of ABIs itself, one after the other: where handlers of signals of its
 * own take part.
 */
record Bench(ThisProcess process, World world) {

    static Bench open() {
        ThisProcess process = ThisProcess.open();
        return new Bench(process, World.in(process));
    }

    /** The widest save set of this processor. */
    static SaveSet widestHere() {
        return SaveSet.widest(Host.detect().cpu().xcr0());
    }
}
