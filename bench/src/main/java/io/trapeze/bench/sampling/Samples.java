// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.sampling;

import java.util.List;

/**
 * What several samples of one thing gave.
 *
 * @param minNs nanoseconds each in the fastest sample: what it costs when nothing disturbs it
 * @param medianNs nanoseconds each in the middle sample; the upper of two middle ones
 * @param count how many samples
 */
public record Samples(double minNs, double medianNs, int count) {
    /**
     * Sums up.
     *
     * @param each nanoseconds each, sample by sample, in any order; at least one
     */
    public static Samples of(List<Double> each) {
        if (each.isEmpty()) {
            throw new IllegalArgumentException("no samples: take one at least");
        }
        List<Double> sorted = each.stream().sorted().toList();
        return new Samples(sorted.get(0), sorted.get(sorted.size() / 2), sorted.size());
    }
}
