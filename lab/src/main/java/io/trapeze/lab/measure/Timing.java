// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.measure;

import java.util.OptionalInt;

/**
 * How long an operation takes.
 *
 * @param what the operation
 * @param n how many contexts took part, where that matters
 * @param minNs nanoseconds an operation in the fastest sample
 * @param medianNs nanoseconds an operation in the middle one
 */
public record Timing(String what, OptionalInt n, double minNs, double medianNs) {
    public Timing {
        if (!(minNs >= 0) || !(medianNs >= minNs)) {
            throw new IllegalArgumentException(what + ": a minimum of " + minNs + " ns and a median of " + medianNs
                    + " ns: both are numbers from 0, the median not below the minimum");
        }
    }
}
