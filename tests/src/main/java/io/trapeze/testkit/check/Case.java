// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import java.util.Set;
import java.util.TreeSet;

/**
 * One try: everything that it starts with follows from a number, but for registers that are zero on purpose.
 *
 * @param seed the number
 * @param quiet the registers that are zero, or as calm as they can be, before the code runs and in what others leave behind
 */
public record Case(long seed, Set<String> quiet) {
    /** Copies the set. */
    public Case {
        quiet = Set.copyOf(quiet);
    }

    /** Returns the case in which every register has a value of its own. */
    public static Case of(long seed) {
        return new Case(seed, Set.of());
    }

    /** Returns this case with one more register quiet. */
    public Case quieting(String register) {
        Set<String> more = new TreeSet<>(quiet);
        more.add(register);
        return new Case(seed, more);
    }
}
