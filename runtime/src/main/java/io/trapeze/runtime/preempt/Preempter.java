// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.preempt;

import io.trapeze.runtime.os.Interrupts;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.Signals;
import io.trapeze.runtime.os.Suspension;

/** How the carriers of this process are preempted: by a signal, or by suspending their threads. */
public interface Preempter {
    /** A carrier's thread that can be preempted, until this is closed by that same thread. */
    interface Attachment extends AutoCloseable {
        /**
         * Preempts what the carrier runs, or asks for it, if it is at a place where that can be; from any other thread, and not while
         * this is being closed.
         *
         * @throws io.trapeze.runtime.os.HostException if the system refuses; the next time slice may do better
         */
        void preempt();

        @Override
        void close();
    }

    /**
     * Prepares this process for preemption in the way of its system.
     *
     * @throws IllegalStateException if it was prepared for records of another shape, and cannot be for two
     */
    static Preempter install(OperatingSystem os, SafePoint safePoint) {
        Interrupts interrupts = os.interrupts();
        return interrupts instanceof Suspension suspension
                ? PreemptSuspension.install(os, suspension, safePoint)
                : PreemptSignal.install(os, (Signals) interrupts, safePoint);
    }

    /**
     * Makes the calling thread one that can be preempted.
     *
     * @param carrier address of the record of the carrier that it is
     */
    Attachment attach(long carrier);
}
