// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import io.trapeze.testkit.check.Verdict.Ending;
import io.trapeze.testkit.state.Difference;
import java.util.List;

/** Says that something is not as a rule has it. */
public final class BrokenRule extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Difference difference;

    BrokenRule(Difference difference) {
        super(difference.toString());
        this.difference = difference;
    }

    /** Returns how code went wrong that came to its end. */
    Ending ending() {
        boolean stack = List.of(Stacks.GOROUTINE, Stacks.G0, Stacks.STACK).contains(difference.register());
        return stack ? Ending.BROKE_ITS_STACK : Ending.DIFFERENT;
    }

    /** Returns what is not so. */
    public Difference difference() {
        return difference;
    }
}
