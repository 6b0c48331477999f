// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

import io.trapeze.runtime.os.HostException;
import io.trapeze.runtime.os.OperatingSystem;
import java.util.Arrays;

/**
 * The pages an arena's code lies in: how bytes get there without any page ever being writable and executable at once in one
 * mapping. Offsets and sizes are bytes from {@link #executableAddress()}; the arena sees to mutual exclusion.
 */
sealed interface CodePages extends AutoCloseable permits DualMappedPages, ProtectedPages {

    /** {@code int3}: what freed code is overwritten with, so that a stray jump into it stops at once. */
    byte BREAKPOINT = (byte) 0xCC;

    /**
     * Opens the best kind of pages that this system allows.
     *
     * @throws ExecutableMemoryException if it allows none
     */
    static CodePages open(OperatingSystem os, String name, long bytes) {
        try {
            return DualMappedPages.open(os, name, bytes);
        } catch (HostException dualRefused) {
            try {
                return ProtectedPages.open(os, bytes);
            } catch (HostException protectedRefused) {
                throw new ExecutableMemoryException(dualRefused, protectedRefused);
            }
        }
    }

    /** Where the code runs. */
    long executableAddress();

    /** How many bytes there are. */
    long size();

    /** Blocks start at multiples of this, a power of two, so that no two of them can hinder each other. */
    int granule();

    /** Whether code may be added while other code runs in the same pages. */
    boolean dualMapped();

    /** Puts code in place; executable when this returns. */
    void write(long offset, byte[] code);

    @Override
    void close();

    /** Overwrites freed code. */
    default void erase(long offset, long bytes) {
        byte[] breakpoints = new byte[Math.toIntExact(bytes)];
        Arrays.fill(breakpoints, BREAKPOINT);
        write(offset, breakpoints);
    }
}
