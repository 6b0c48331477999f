// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.testkit.capsule.Ground;
import io.trapeze.testkit.capsule.ProbeMemory;

/**
 * The memory in which code is tried.
 *
 * @param memory what its probes need
 * @param stacks of a goroutine and of g0
 * @param gobufs of {@link #GOBUF_BYTES} at least; behind them nothing is mapped
 */
public record World(ProbeMemory memory, Stacks stacks, NativeMemory gobufs) {
    /** Room for two Gobufs. */
    public static final int GOBUF_BYTES = 16 * 1024;

    /** Bytes for a function's arguments to point to. */
    static final int LENT_BYTES = 4096;

    /** Returns the one in a ground's memory. */
    public static World in(Ground ground) {
        NativeMemory high = ground.high();
        NativeMemory stacks = NativeMemory.over(high.address(), Stacks.BYTES, () -> {});
        long end = high.address() + high.size();
        NativeMemory gobufs = NativeMemory.over(end - GOBUF_BYTES, GOBUF_BYTES, () -> {});
        return new World(ground.memory(), new Stacks(stacks), gobufs);
    }

    /** Returns what a function's arguments may point to: the last of the Gobufs' memory, so that who runs off its end faults. */
    NativeMemory lent() {
        return NativeMemory.over(gobufs.address() + gobufs.size() - LENT_BYTES, LENT_BYTES, () -> {});
    }
}
