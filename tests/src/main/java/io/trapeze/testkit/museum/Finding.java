// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.museum;

import io.trapeze.testkit.check.Verdict;
import io.trapeze.testkit.check.Verdict.Failed;

/**
 * What a check has to say of wrong code.
 *
 * @param register the register, or what else was not as it must be
 * @param rule the rule that this breaks
 */
public record Finding(String register, String rule) {
    /** Whether a check says so. */
    public boolean isOf(Verdict verdict) {
        return verdict instanceof Failed failed
                && failed.difference().register().equals(register)
                && failed.difference().rule().equals(rule);
    }

    /** Returns it as text has it. */
    @Override
    public String toString() {
        return register + ", by " + rule;
    }
}
