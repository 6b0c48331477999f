// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

/**
 * Java that a goroutine calls. It runs on the carrier's own stack and thread, while the goroutine waits.
 *
 * <p>Whatever it throws ends the goroutine, with that as the cause; the others go on.
 */
@FunctionalInterface
public interface Upcall {
    /**
     * Runs.
     *
     * @param a0 value of {@code rdi} at the call
     * @param a1 value of {@code rsi}
     * @param a2 value of {@code rdx}
     * @return what the goroutine finds in {@code rax}
     */
    long call(long a0, long a1, long a2) throws Throwable;
}
