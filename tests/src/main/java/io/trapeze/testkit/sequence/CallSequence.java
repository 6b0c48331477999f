// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.sequence;

import io.trapeze.testkit.state.RegisterState;
import java.util.List;

/**
 * What happens to a goroutine, from its first instruction on.
 *
 * @param registers what it begins with; RSP and pinned registers are as its convention asks
 * @param others the number that everything follows from which others leave behind
 * @param steps one after the other
 */
public record CallSequence(RegisterState registers, long others, List<Step> steps) {
    /** Copies registers and list. */
    public CallSequence {
        registers = registers.copy();
        steps = List.copyOf(steps);
    }

    @Override
    public String toString() {
        return "[" + Step.text(steps) + "] with " + registers;
    }
}
