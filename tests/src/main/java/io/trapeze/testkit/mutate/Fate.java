// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.mutate;

import io.trapeze.testkit.check.Subject;
import io.trapeze.testkit.check.Verdict;
import java.util.Optional;

/**
 * What became of a mutant.
 *
 * @param subject what it is a wrong version of
 * @param verdict what the check says of it
 * @param equivalence why it does the same as the right code on every state, if that can be shown
 */
public record Fate(Subject subject, Mutant mutant, Verdict verdict, Optional<String> equivalence) {
    /** Whether the check found the fault. */
    public boolean killed() {
        return !verdict.passed();
    }

    /** Whether the check did not find it, and nothing shows that there is none. */
    public boolean survived() {
        return !killed() && equivalence.isEmpty();
    }
}
