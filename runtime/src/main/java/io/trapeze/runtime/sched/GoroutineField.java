// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

/**
 * The fields of a G behind its Gobuf, hot ones first: with the Gobuf's they fill two cache lines. Two have places in the Gobuf
 * itself, {@linkplain Records#of where} the primitives leave a gap.
 */
enum GoroutineField {
    /** The M whose ring it is on, or was last. */
    M,
    /** The next G on the ring. */
    NEXT,
    /** Its {@link GoroutineState}, by ordinal. */
    STATUS,
    /** The previous G on the ring. */
    PREVIOUS,
    /** A G {@value RunQueueCode#LOOKAHEAD} places on; a hint, which may be out of date, but is never 0. */
    AHEAD,
    /** 0, or {@link RunQueueCode#PERMIT}, or {@link RunQueueCode#PARKED}. */
    PARK,
    /** Not 0 once an upcall has failed: it then ends at the upcall's return. */
    FAILED,
    /** The next G in the global queue. */
    LINK,
    /** Lowest stack pointer at which it may be preempted: the frame still fits above the guard page. */
    PREEMPT_LOW,
    /** Highest stack pointer it can have. */
    PREEMPT_HIGH,
    /** First address of the code in which it may be preempted. */
    CODE_LOW,
    /** Address after that code. */
    CODE_HIGH,
    /** How often it was preempted. */
    PREEMPTIONS,
    /** Its slot in the slab; also its index among the Gs. */
    SLOT
}
