// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.peers;

/**
 * What a peer measured with one number of contexts.
 *
 * @param peer who measured
 * @param n how many contexts took turns, from 2
 * @param minNs nanoseconds a switch in the fastest sample
 * @param medianNs nanoseconds a switch in the middle one
 */
public record PeerRun(Peer peer, int n, double minNs, double medianNs) {
    public PeerRun {
        if (n < 2) {
            throw new IllegalArgumentException("n is " + n + ": a switch needs two contexts at least");
        }
        if (!(minNs > 0)) {
            throw new IllegalArgumentException("min_ns is " + minNs + ": a switch takes some time");
        }
        if (!(medianNs >= minNs)) {
            throw new IllegalArgumentException("median_ns is " + medianNs + ", below min_ns, which is " + minNs);
        }
    }
}
