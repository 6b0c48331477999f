// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.measure;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Times operations that are far shorter than a reading of the clock, many at a time.
 *
 * <p>It finds out how many of them fill a sample, warms up with as many samples as it takes afterwards, finds out again, and
 * takes them.
 */
public final class Sampler {
    /** Beyond it something is not done at all: a sample of no time never fills. */
    private static final long MOST_OPERATIONS = 1L << 40;

    private final Effort effort;
    private final LongSupplier clock;

    /** A sampler that reads {@link System#nanoTime}. */
    public Sampler(Effort effort) {
        this(effort, System::nanoTime);
    }

    Sampler(Effort effort, LongSupplier clock) {
        this.effort = effort;
        this.clock = clock;
    }

    /** Times an operation in which no number of contexts takes part. */
    public Timing time(String what, LongConsumer operations) {
        return time(what, OptionalInt.empty(), operations);
    }

    /**
     * Times an operation.
     *
     * @param n how many contexts take part
     * @param operations does as many of them as it is told
     * @throws IllegalStateException if they take no time, however many
     */
    public Timing time(String what, OptionalInt n, LongConsumer operations) {
        long cold = calibrate(what, operations);
        for (int i = 0; i < effort.samples(); i++) {
            elapsed(operations, cold);
        }
        long count = calibrate(what, operations); // warm, more of them fill a sample
        double[] samples = new double[effort.samples()];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (double) elapsed(operations, count) / count;
        }
        Arrays.sort(samples);
        return new Timing(what, n, samples[0], samples[samples.length / 2]);
    }

    /** How many operations fill a sample: twice as many each time, until they do. */
    private long calibrate(String what, LongConsumer operations) {
        long count = 1;
        while (elapsed(operations, count) < effort.sampleNs()) {
            count *= 2;
            if (count > MOST_OPERATIONS) {
                throw new IllegalStateException("'" + what + "' takes no time, even " + MOST_OPERATIONS
                        + " times: its code does nothing that is asked of it");
            }
        }
        return count;
    }

    private long elapsed(LongConsumer operations, long count) {
        long start = clock.getAsLong();
        operations.accept(count);
        return clock.getAsLong() - start;
    }
}
