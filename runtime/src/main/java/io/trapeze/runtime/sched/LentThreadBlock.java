// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.trampolines.abi.ThreadBlock;

/**
 * A thread block for a carrier whose system has none, so that primitives of an ABI that asks for one find its fields: memory of
 * zeros, behind the segment that the system leaves free.
 */
final class LentThreadBlock {
    private final OperatingSystem os;
    private final long bytes;
    private final NativeFunction set;

    /**
     * @param set a function that leads the segment of the thread that calls it to an address
     */
    LentThreadBlock(OperatingSystem os, ThreadBlock block, NativeFunction set) {
        this.os = os;
        this.bytes = block.fields().stream()
                        .mapToLong(ThreadBlock.Field::offset)
                        .max()
                        .orElseThrow()
                + 8;
        this.set = set;
    }

    /** Does work on the calling thread, which has a block meanwhile. */
    void around(Runnable work) {
        try (NativeMemory block = NativeMemory.allocate(os, bytes)) {
            set.call(block.address());
            try {
                work.run();
            } finally {
                set.call(0); // as a thread starts
            }
        }
    }
}
