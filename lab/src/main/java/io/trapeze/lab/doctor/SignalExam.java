// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.doctor;

import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.SignalAction;
import java.util.List;

/** Whether the signal that preempts goroutines is free. */
final class SignalExam implements Exam {
    /** Its number on Linux for x86-64, {@code signal(7)}. */
    private static final int SIGURG = 23;

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
        OperatingSystem os = OperatingSystem.current();
        return List.of(
                sigurg(os.signalAction(SIGURG)),
                Finding.fine("least alternate stack", os.minimumSignalStack(), "bytes"));
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
