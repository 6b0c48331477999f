// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.sampling;

/** Something short that can be done many times in a row. */
@FunctionalInterface
public interface Measure {
    /**
     * Does it about {@code times} times.
     *
     * @param times from 1
     * @return how long it took, and how often it was done within that time
     */
    Elapsed take(long times);

    /**
     * A stretch of time.
     *
     * @param nanos its length
     * @param count how often the thing was done meanwhile, from 1
     */
    record Elapsed(long nanos, long count) {
        public Elapsed {
            if (nanos < 0 || count < 1) {
                throw new IllegalArgumentException(
                        count + " times in " + nanos + " ns: count what was done between two readings of the clock");
            }
        }

        /** Nanoseconds each. */
        public double each() {
            return (double) nanos / count;
        }
    }
}
