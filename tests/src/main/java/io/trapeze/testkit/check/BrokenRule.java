// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import io.trapeze.testkit.state.Difference;

/** Says that something is not as a rule has it. */
public final class BrokenRule extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Difference difference;

    BrokenRule(Difference difference) {
        super(difference.toString());
        this.difference = difference;
    }

    /** Returns what is not so. */
    public Difference difference() {
        return difference;
    }
}
