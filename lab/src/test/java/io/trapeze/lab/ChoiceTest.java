// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.trampolines.abi.file.NearestName;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A choice")
class ChoiceTest {
    private static final Set<String> NAMES =
            new LinkedHashSet<>(Arrays.asList("gogo", "mcall", "systemstack", "async_preempt"));

    @ParameterizedTest
    @CsvSource({
        "gogoo, gogo",
        "oggo, gogo",
        "mcal, mcall",
        "mcalll, mcall",
        "mclal, mcall",
        "nmcall, mcall",
        "sytsemstakc, systemstack",
        "system, systemstack",
        "ASYNC_PREEMPT, async_preempt",
        "asyncpreempt, async_preempt",
    })
    void guessesTheNameBehindATypingError(String typed, String meant) {
        assertThat(NearestName.of(typed, NAMES)).contains(meant);
    }

    @ParameterizedTest
    @CsvSource({"yield", "go", "m", "xxxxxxxxxxx", "''"})
    void guessesNothingFromSomethingElse(String typed) {
        assertThat(NearestName.of(typed, NAMES)).isEmpty();
    }

    @Test
    void namesWhatThereIsToChoose() {
        assertThat(Choice.unknown("primitive", "x", NAMES))
                .isEqualTo("unknown primitive 'x'. Choose gogo, mcall, systemstack or async_preempt.");
        assertThat(Choice.unknown("thing", "x", Set.of("one"))).isEqualTo("unknown thing 'x'. Choose one.");
        assertThat(Choice.unknown("thing", "x", Set.of())).isEqualTo("unknown thing 'x'. There is nothing to choose.");
    }
}
