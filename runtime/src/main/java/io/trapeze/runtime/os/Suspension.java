// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

/** Suspending a thread from another one, as Windows does it. */
public non-sealed interface Suspension extends Interrupts {

    /**
     * Lets other threads suspend the calling one.
     *
     * @return its handle, for {@link #closeThread} and for emitted code
     */
    long openThread();

    /** Closes a handle. */
    void closeThread(long handle);

    /** The functions that emitted code calls while the thread stands still, when Java must not run. */
    SuspensionCalls calls();

    /** The record of registers that these functions fill and read. */
    ThreadContext context();

    /** What to throw after emitted code found that one of the calls failed. */
    HostException failure(String call, int error);
}
