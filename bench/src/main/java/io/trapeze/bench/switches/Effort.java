// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.switches;

import java.time.Duration;

/** How much time measuring takes. */
public enum Effort {
    /** Fifteen samples of 20 ms at least, in three rounds with the peers between them: half a minute. */
    FULL(3, 5, Duration.ofMillis(20), Duration.ofMillis(300)),

    /** Five samples of 5 ms in one round: to see whether it works, and the order of magnitude. Peers take their usual time. */
    QUICK(1, 5, Duration.ofMillis(5), Duration.ofMillis(50));

    private final int rounds;
    private final int samplesPerRound;
    private final Duration sample;
    private final Duration warmUp;

    Effort(int rounds, int samplesPerRound, Duration sample, Duration warmUp) {
        this.rounds = rounds;
        this.samplesPerRound = samplesPerRound;
        this.sample = sample;
        this.warmUp = warmUp;
    }

    int rounds() {
        return rounds;
    }

    int samplesPerRound() {
        return samplesPerRound;
    }

    Duration sample() {
        return sample;
    }

    Duration warmUp() {
        return warmUp;
    }
}
