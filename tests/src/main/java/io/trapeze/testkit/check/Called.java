// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import io.trapeze.testkit.state.Difference;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.abi.Abi;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What came of calling a function.
 *
 * @param name the function's
 * @param abi the convention it is held to
 * @param before the registers as it found them
 * @param after the registers as it left them; where it did not return, as it found them
 * @param returned whether it did
 * @param broken the rules of the convention that it broke, with the register of each; where it did not return, what stopped it
 */
public record Called(
        String name, Abi abi, RegisterState before, RegisterState after, boolean returned, List<Difference> broken) {
    /** Copies the list. */
    public Called {
        broken = List.copyOf(broken);
    }

    /**
     * Returns what the function left in the convention's first result register.
     *
     * @throws AssertionError if it did not return
     */
    public long result() {
        if (!returned) {
            requireKept();
        }
        return after.get(abi.result());
    }

    /**
     * Requires that no rule was broken.
     *
     * @return this, so that the result can be looked at
     * @throws AssertionError with the registers and the rules
     */
    public Called requireKept() {
        if (!broken.isEmpty()) {
            throw new AssertionError(broken.stream()
                    .map(Difference::toString)
                    .collect(Collectors.joining(
                            "\n  ",
                            name + " breaks the rules of " + abi.name() + ":\n  ",
                            "\n  called with " + before)));
        }
        return this;
    }
}
