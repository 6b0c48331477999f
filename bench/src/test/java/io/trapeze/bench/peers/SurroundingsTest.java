// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SurroundingsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"0|0", "0-1|1", "0-3,6|6", "1,4-7|7", "0-127|127"})
    void theHighestAllowedProcessorIsTheLastNumberOfTheList(String list, int expected) {
        assertThat(Surroundings.lastAllowedCpu(
                        List.of("Name:\tjava", "Cpus_allowed:\tff", "Cpus_allowed_list:\t" + list)))
                .hasValue(expected);
    }

    @Test
    void aHostThatListsNoProcessorsPinsNothing() {
        assertThat(Surroundings.lastAllowedCpu(List.of("Name:\tjava"))).isEqualTo(OptionalInt.empty());
    }
}
