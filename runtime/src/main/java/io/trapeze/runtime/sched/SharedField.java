// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

/** What the carriers of one scheduler share. */
enum SharedField {
    /** Held while the global queue changes. */
    LOCK,
    /** First G of the global queue. */
    HEAD,
    /** Last G of the global queue. */
    TAIL,
    /** Number of Gs in the global queue. */
    LENGTH,
    /** Number of carriers that wait for work. */
    IDLE,
    /** Changes whenever waiting carriers are woken: the futex word, in its lower half. */
    SEQUENCE,
    /** Not 0 once carriers are to leave. */
    STOP,
    /** Number of carriers. */
    CARRIERS,
    /** JNI handle of the object that upcalls go to. */
    UPCALL_TARGET,
    /** JNI id of its method. */
    UPCALL_METHOD
}
