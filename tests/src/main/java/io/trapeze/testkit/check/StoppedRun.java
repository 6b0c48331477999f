// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import io.trapeze.testkit.capsule.Crash;

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

    Crash crash() {
        return crash;
    }

    boolean hung() {
        return hung;
    }
}
