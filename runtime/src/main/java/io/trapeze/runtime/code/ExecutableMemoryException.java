// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

import io.trapeze.runtime.os.HostException;

/** Thrown where the system allows no memory that was written by this process to be executed. */
public final class ExecutableMemoryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ExecutableMemoryException(HostException dualRefused, HostException protectedRefused) {
        super(
                "no executable memory on this system. Mapping a memory file twice: " + dualRefused.getMessage()
                        + " Writing pages, then making them executable: " + protectedRefused.getMessage()
                        + " `trapeze emit` needs no executable memory and works here.",
                dualRefused);
        addSuppressed(protectedRefused);
    }
}
