// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

/** The fields of an M behind g0's Gobuf. */
enum MachineField {
    /** The goroutine that runs; 0 while g0's stack is in use: in the scheduler, in an upcall, in Java that no goroutine called. */
    CURRENT,
    /** The ring's next goroutine to run; 0 if the ring is empty. Stale while a goroutine runs. */
    RING,
    /** Yields left until the scheduler looks around. */
    BUDGET,
    /** Switches up to the last look around. */
    SWITCHES,
    /** The {@link SharedField} record. */
    SHARED,
    /** The carrier's {@code JNIEnv *}, while it is inside {@code enter}. */
    ENVIRONMENT,
    /** Upcalls so far. */
    UPCALLS,
    /** Preemptions so far. */
    PREEMPTIONS,
    /** The goroutine that ended last, for Java to take leave of. */
    EXITED,
    /** Where whoever preempts sends a goroutine: the preemption trampoline. */
    TRAMPOLINE,
    /** The kernel's number of the carrier's thread. */
    THREAD,
    /** The thread pointer of the carrier's thread as it entered: different in each thread. */
    THREAD_POINTER
}
