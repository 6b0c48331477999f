// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.measure;

/** How much time a measurement may take. */
public enum Effort {
    /** A glance: the same in about a tenth of the time, with more noise. */
    QUICK(5, 2_000_000),
    /** What numbers are quoted from. */
    THOROUGH(21, 10_000_000);

    private final int samples;
    private final long sampleNs;

    Effort(int samples, long sampleNs) {
        this.samples = samples;
        this.sampleNs = sampleNs;
    }

    /** How many samples are taken, an odd number; as many again come first and are thrown away. */
    public int samples() {
        return samples;
    }

    /** How long a sample takes at least, in nanoseconds. */
    public long sampleNs() {
        return sampleNs;
    }
}
