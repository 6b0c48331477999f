// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

/** Where a goroutine is in its life. */
public enum GoroutineState {
    /** Not begun to exist, or its slot given back. */
    FREE,
    /** Ready to run, waiting for a carrier. */
    RUNNABLE,
    /** Running, or waiting for an upcall of its own. */
    RUNNING,
    /** Parked until somebody makes it ready. */
    WAITING,
    /** Ended. */
    DEAD
}
