// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.program;

/**
 * Something for goroutines to do that shows a property of the primitives, and checks it.
 *
 * <p>Making one is cheap and touches nothing native; only {@link #run} does.
 */
public interface Program {
    /** Its name on the command line: one word in lower case. */
    String name();

    /** What it shows: a line without a full stop. */
    String shows();

    /** How many goroutines it runs unless told otherwise. */
    int usualGoroutines();

    /**
     * Runs to the end and checks what happened. A check that fails is part of the report, not an exception.
     *
     * @param progress told of what is done, now and then
     * @throws InterruptedException if this thread was interrupted; nothing goes on running then
     */
    ProgramReport run(ProgramOptions options, Progress progress) throws InterruptedException;

    /** Listens to a program while it runs. Cheap to call, from any thread. */
    @FunctionalInterface
    interface Progress {
        /** What is being done or has been done: a few words. */
        void report(String doing);
    }
}
