// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.emission;

/** How much time measuring takes. */
public enum Effort {
    /** Three rounds, each emitter in a Java VM of its own in each, and twenty starts: three minutes. */
    FULL(3, 5, 500, 20),

    /** One round of shorter iterations, and three starts: to see whether it works, and the order of magnitude. */
    QUICK(1, 3, 200, 3);

    private final int rounds;
    private final int iterations;
    private final int milliseconds;
    private final int starts;

    Effort(int rounds, int iterations, int milliseconds, int starts) {
        this.rounds = rounds;
        this.iterations = iterations;
        this.milliseconds = milliseconds;
        this.starts = starts;
    }

    /** How often each emitter gets a fresh Java VM. */
    int rounds() {
        return rounds;
    }

    /** How many iterations warm up, and how many count, in each of them. */
    int iterations() {
        return iterations;
    }

    /** How long an iteration is. */
    int milliseconds() {
        return milliseconds;
    }

    /** How many Java VMs are started for their first block. */
    int starts() {
        return starts;
    }
}
