// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.stack;

/** Thrown when a stack is wanted and all stacks of a slab are taken. */
public final class StackExhaustedException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    StackExhaustedException(int slots) {
        super("all " + slots + " stacks are taken: wait until a goroutine ends, or open the scheduler for more with"
                + " builder().maxGoroutines(n)");
    }
}
