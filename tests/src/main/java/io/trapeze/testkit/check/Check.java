// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

/** Runs code again and again and holds it to its description. Deterministic: the same seed tries the same cases. */
public interface Check extends AutoCloseable {
    /** Opens a check, with a process of its own that runs the code. */
    static Check open() {
        throw new UnsupportedOperationException("not yet");
    }

    /**
     * Tries code until something is wrong, or often enough.
     *
     * @param tries how many cases at most, from 1 on
     * @param seed of the cases
     */
    Verdict of(Subject subject, int tries, long seed);

    @Override
    void close();
}
