// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.doctor;

import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.SignalAction;
import io.trapeze.runtime.os.Signals;
import java.util.List;

/** Whether the signal that preempts goroutines is free, where one does. */
final class SignalExam implements Exam {
    @Override
    public String area() {
        return "signals";
    }

    @Override
    public boolean runsCode() {
        return true;
    }

    @Override
    public List<Finding> look() {
        return OperatingSystem.current().interrupts() instanceof Signals signals
                ? List.of(
                        sigurg(signals.signalAction(signals.signalFrame().urgent())),
                        Finding.fine("least alternate stack", signals.minimumSignalStack(), "bytes"))
                : List.of(Finding.fine("preemption", "threads are suspended and redirected; no signal is needed"));
    }

    static Finding sigurg(SignalAction action) {
        if (!action.hasHandler()) {
            return Finding.fine("SIGURG", "free");
        }
        return Finding.poorer(
                "SIGURG",
                "handled at 0x" + Long.toHexString(action.handler()),
                "Something in this process uses the signal that preempts goroutines, and each would get the other's."
                        + " Leave out the agent or preloaded library that handles it (look at LD_PRELOAD and -agentpath).");
    }
}
