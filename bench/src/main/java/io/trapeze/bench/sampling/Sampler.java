// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.sampling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Takes samples of one measure: warms it up, finds out how often to do it in a sample, and remembers what each sample gave. */
public final class Sampler {
    private final Measure measure;
    private final long sampleNanos;
    private final List<Double> each = new ArrayList<>();
    private long times = 1;

    private Sampler(Measure measure, long sampleNanos) {
        this.measure = measure;
        this.sampleNanos = sampleNanos;
    }

    /**
     * Does the measure until it is warm and a sample is long enough.
     *
     * @param sample the least that a sample takes
     * @param warmUp the least that the warm-up takes, in which code gets compiled
     */
    public static Sampler warm(Measure measure, Duration sample, Duration warmUp) {
        Sampler sampler = new Sampler(measure, sample.toNanos());
        long spent = 0;
        long last = 0;
        while (spent < warmUp.toNanos() || last < sampler.sampleNanos) {
            last = measure.take(sampler.times).nanos();
            spent += last;
            if (last < sampler.sampleNanos) {
                sampler.times = Math.multiplyExact(sampler.times, 2);
            }
        }
        return sampler;
    }

    /** Takes one sample. One that turns out too short, because compiled code has become faster since, is taken again. */
    public void sample() {
        Measure.Elapsed elapsed = measure.take(times);
        while (elapsed.nanos() < sampleNanos) {
            times += times / 4 + 1;
            elapsed = measure.take(times);
        }
        each.add(elapsed.each());
    }

    /** Sums up all samples so far. */
    public Samples samples() {
        return Samples.of(each);
    }
}
