// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

/** Is told of cases while they run: what it notes before one runs is not lost, whatever comes of that. */
@FunctionalInterface
public interface Watcher {
    /** A case is about to run; the same seed makes the same case. */
    void trying(long seed);

    /** The case that was tried last went wrong; what runs from now on makes it simpler. */
    default void failed() {}
}
