// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.Protection;

/**
 * Memory between two pages that nobody may touch: code that leaves its stack faults.
 *
 * @param all with these pages
 * @param inner without them
 */
public record GuardedMemory(NativeMemory all, NativeMemory inner) implements AutoCloseable {
    /**
     * Maps a block.
     *
     * @param bytes between the guards; a number of pages
     */
    public static GuardedMemory allocate(OperatingSystem os, long bytes) {
        int page = os.pageSize();
        NativeMemory all = NativeMemory.allocate(os, bytes + 2L * page);
        try {
            os.protect(all.address(), page, Protection.NONE);
            os.protect(all.address() + page + bytes, page, Protection.NONE);
            return new GuardedMemory(all, NativeMemory.over(all.address() + page, bytes, () -> {}));
        } catch (RuntimeException e) {
            all.close();
            throw e;
        }
    }

    /** Gives it back; again does nothing. */
    @Override
    public void close() {
        inner.close();
        all.close();
    }
}
