// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.switches;

import io.trapeze.bench.sampling.Samples;
import java.util.OptionalInt;

/**
 * What one thing costs.
 *
 * @param what the thing: one of {@link Subject}'s labels, or a peer's
 * @param n how many contexts took turns, where that makes a difference
 * @param minNs nanoseconds each in the fastest sample
 * @param medianNs nanoseconds each in the middle sample; of a peer that ran several times, in the middle run
 * @param samples how many samples
 */
public record Row(String what, OptionalInt n, double minNs, double medianNs, int samples) {
    static Row of(Subject subject, Samples samples) {
        return new Row(subject.label(), subject.n(), samples.minNs(), samples.medianNs(), samples.count());
    }

    /** What and n in one, as in {@code yield, n = 2}. */
    public String title() {
        return n.isPresent() ? what + ", n = " + n.getAsInt() : what;
    }
}
