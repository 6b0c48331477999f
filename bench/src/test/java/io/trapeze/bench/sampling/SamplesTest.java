// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SamplesTest {
    @Test
    void areSummedUpInWhateverOrderTheyCame() {
        assertThat(Samples.of(List.of(5.0, 1.0, 9.0))).isEqualTo(new Samples(1, 5, 3));
    }

    @Test
    void takeTheUpperOfTwoMiddleOnesAsTheMedian() {
        assertThat(Samples.of(List.of(4.0, 1.0, 2.0, 3.0)).medianNs()).isEqualTo(3);
    }

    @Test
    void areAtLeastOne() {
        assertThatThrownBy(() -> Samples.of(List.of())).hasMessageContaining("no samples");
    }
}
