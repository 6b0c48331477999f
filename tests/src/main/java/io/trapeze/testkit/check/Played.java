// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import io.trapeze.testkit.sequence.CallSequence;
import io.trapeze.testkit.state.Difference;
import io.trapeze.trampolines.abi.Abi;
import java.util.Optional;

/**
 * What came of a sequence.
 *
 * @param sequence what happened
 * @param abi the convention of the primitives
 * @param broken the first rule that was broken, with the step and the register
 */
public record Played(CallSequence sequence, Abi abi, Optional<Difference> broken) {
    /**
     * Requires that no rule was broken.
     *
     * @throws AssertionError with the step, the register and the rule
     */
    public void requireKept() {
        broken.ifPresent(difference -> {
            throw new AssertionError(
                    "the primitives of " + abi.name() + " break a rule: " + difference + "\n  in " + sequence);
        });
    }
}
