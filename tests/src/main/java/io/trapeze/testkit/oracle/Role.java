// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.oracle;

/** The part that code plays, by which a convention says what it has to leave alone. */
public enum Role {
    /** A function that is called and returns. */
    CALLEE,
    /** Code by which functions of one convention call those of another: a callee, to its caller. */
    BRIDGE,
    /** A switch to another goroutine and, later, back: what others did to MXCSR's sticky bits must not show either. */
    SWITCH,
    /** An interruption anywhere: nothing at all may show. */
    PREEMPTION
}
