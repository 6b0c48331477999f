// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import io.trapeze.testkit.state.Difference;
import java.util.Set;

/** What came of checking code. */
public sealed interface Verdict {
    /** How code went wrong. */
    enum Ending {
        /** It ran to its end, and left something as it must not be. */
        DIFFERENT,
        /** It raised a signal, or ended its process. */
        CRASHED,
        /** It ran for longer than it may. */
        HUNG,
        /** It wrote where nobody may write. */
        BROKE_ITS_STACK
    }

    /** Returns how many tries were made. */
    int tries();

    /** Whether nothing was wrong. */
    default boolean passed() {
        return this instanceof Passed;
    }

    /** Nothing was wrong. */
    record Passed(int tries) implements Verdict {}

    /**
     * Something was wrong.
     *
     * @param tries the try that showed it, from 1 on
     * @param ending how it went wrong
     * @param difference the rule that was broken, by which register, in the shrunk case
     * @param shrunk the smallest case that shows the same
     * @param live the registers whose values that case needs; all the others are quiet
     */
    record Failed(int tries, Ending ending, Difference difference, Case shrunk, Set<String> live) implements Verdict {
        /** Copies the set. */
        public Failed {
            live = Set.copyOf(live);
        }
    }
}
