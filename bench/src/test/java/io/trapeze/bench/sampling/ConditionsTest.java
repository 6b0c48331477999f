// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ConditionsTest {
    @Test
    void findTheProcessorsName() {
        assertThat(Conditions.processorName(List.of(
                        "processor\t: 0", "model\t\t: 167", "model name\t: Some (R) CPU @ 2 GHz", "model name\t: B")))
                .isEqualTo("Some (R) CPU @ 2 GHz");
        assertThat(Conditions.processorName(List.of())).isEqualTo("unknown processor");
    }

    @Test
    void readTheLoadOfTheLastMinute() {
        assertThat(Conditions.load(List.of("0.42 1.00 2.00 3/210 4711"))).hasValue(0.42);
        assertThat(Conditions.load(List.of())).isEmpty();
    }
}
