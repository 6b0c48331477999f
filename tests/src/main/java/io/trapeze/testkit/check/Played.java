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
 * @param tries how many sequences were played until it was known, from 1 on
 * @param ending how the code went wrong, if it did
 * @param broken the first rule that was broken, with the step and the register
 */
public record Played(
        CallSequence sequence, Abi abi, int tries, Optional<Verdict.Ending> ending, Optional<Difference> broken) {
    /** Returns what came of one that was right. */
    static Played right(CallSequence sequence, Abi abi) {
        return new Played(sequence, abi, 1, Optional.empty(), Optional.empty());
    }

    /** Returns what came of one that went wrong. */
    static Played wrong(CallSequence sequence, Abi abi, Verdict.Ending ending, Difference broken) {
        return new Played(sequence, abi, 1, Optional.of(ending), Optional.of(broken));
    }

    /** Returns the same after so many tries. */
    Played after(int number) {
        return new Played(sequence, abi, number, ending, broken);
    }

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
