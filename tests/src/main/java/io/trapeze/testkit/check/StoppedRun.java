// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import io.trapeze.testkit.capsule.Crash;
import io.trapeze.testkit.check.Verdict.Ending;
import io.trapeze.testkit.state.Difference;

/** Says that code did not come to its end. */
final class StoppedRun extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Crash crash;
    private final boolean hung;

    StoppedRun(Crash crash, boolean hung) {
        super(crash.toString());
        this.crash = crash;
        this.hung = hung;
    }

    /** Returns it as a rule that was broken: code comes to its end. */
    Difference difference() {
        return new Difference(
                "while it ran",
                "rip",
                "it comes to its end",
                crash.toString(),
                hung ? "it ends within 0.2 s" : crash.signal() == 0 ? "it ends by returning" : "it raises no signal");
    }

    Ending ending() {
        return hung ? Ending.HUNG : Ending.CRASHED;
    }
}
