// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A sampler")
class SamplerTest {
    private long now;
    private final List<Long> counts = new ArrayList<>();
    private final Sampler sampler = new Sampler(Effort.QUICK, () -> now);

    /** Takes 7 ns each, and a disturbance in every third sample. */
    private void operations(long count) {
        counts.add(count);
        now += 7 * count + (counts.size() % 3 == 0 ? count : 0);
    }

    @Test
    void dividesTheTimeOfASampleByItsOperations() {
        assertThat(sampler.time("work", OptionalInt.of(2), this::operations))
                .isEqualTo(new Timing("work", OptionalInt.of(2), 7, 7));
    }

    @Test
    void takesEnoughOperationsToFillASampleAndWarmsUpFirst() {
        sampler.time("work", this::operations);
        long count = counts.get(counts.size() - 1);
        assertThat(count * 8).isGreaterThanOrEqualTo(Effort.QUICK.sampleNs());
        assertThat(counts.stream().filter(taken -> taken == count))
                .as("one that fills, warm-up, one that fills, samples")
                .hasSize(2 + 2 * Effort.QUICK.samples());
    }

    @Test
    void refusesToTimeWhatTakesNoTime() {
        assertThatThrownBy(() -> sampler.time("nothing", count -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'nothing' takes no time");
    }

    @Test
    void refusesTimesThatCannotBe() {
        assertThatThrownBy(() -> new Timing("work", OptionalInt.empty(), 3, 2))
                .hasMessageContaining("the median not below the minimum");
    }
}
