// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.program;

/**
 * What a run of a program depends on: with the same options it does the same work, if not in the same order.
 *
 * @param carriers threads that run goroutines, 1 to {@link #MOST_CARRIERS}
 * @param goroutines how many goroutines, 1 to {@link #MOST_GOROUTINES}
 * @param seed of all that is random
 */
public record ProgramOptions(int carriers, int goroutines, long seed) {
    public static final int MOST_CARRIERS = 64;
    public static final int MOST_GOROUTINES = 1_000_000;

    public ProgramOptions {
        requireWithin("carriers", carriers, MOST_CARRIERS);
        requireWithin("goroutines", goroutines, MOST_GOROUTINES);
    }

    /**
     * Does nothing where a number lies from 1 to {@code most}.
     *
     * @throws IllegalArgumentException elsewhere
     */
    public static void requireWithin(String what, int number, int most) {
        if (number < 1 || number > most) {
            throw new IllegalArgumentException(what + " is " + number + ": it takes 1 to " + most);
        }
    }
}
