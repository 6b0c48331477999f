// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.bench.sampling.Measure.Elapsed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** With measures that take as long as they are told: no clock is read here. */
class SamplerTest {
    private static final Duration SAMPLE = Duration.ofNanos(1000);
    private final List<Long> asked = new ArrayList<>();

    private Elapsed cost(long times, long nanosEach) {
        asked.add(times);
        return new Elapsed(times * nanosEach, times);
    }

    @Test
    void doublesHowOftenItDoesAThingUntilASampleIsLongEnough() {
        Sampler.warm(times -> cost(times, 100), SAMPLE, Duration.ZERO);
        assertThat(asked).containsExactly(1L, 2L, 4L, 8L, 16L);
    }

    @Test
    void goesOnWarmingUpAfterSamplesHaveBecomeLongEnough() {
        Sampler.warm(times -> cost(times, 1000), SAMPLE, Duration.ofNanos(3000));
        assertThat(asked).containsExactly(1L, 1L, 1L);
    }

    @Test
    void takesASampleAgainThatHasBecomeTooShort() {
        int warmUp = 5;
        Sampler sampler = Sampler.warm(times -> cost(times, asked.size() < warmUp ? 100 : 50), SAMPLE, Duration.ZERO);
        sampler.sample();
        assertThat(asked.subList(warmUp, asked.size())).containsExactly(16L, 21L);
        assertThat(sampler.samples()).isEqualTo(new Samples(50, 50, 1));
    }

    @Test
    void dividesByWhatWasDoneAndNotByWhatWasAskedFor() {
        Sampler sampler = Sampler.warm(times -> new Elapsed(2000, 50), SAMPLE, Duration.ZERO);
        sampler.sample();
        sampler.sample();
        assertThat(sampler.samples()).isEqualTo(new Samples(40, 40, 2));
    }
}
