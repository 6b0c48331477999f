// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

/** A goroutine that ended because an upcall of its threw; the cause is what was thrown. */
public final class GoroutineFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    GoroutineFailedException(Goroutine goroutine, Throwable cause) {
        super(goroutine + " failed in an upcall: " + cause, cause);
    }
}
