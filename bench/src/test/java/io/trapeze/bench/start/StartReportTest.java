// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapeze.bench.sampling.Conditions;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StartReportTest {
    private static final Conditions CONDITIONS = Conditions.now(OptionalInt.empty());

    @Test
    void aStartComesBackFromItsLine() {
        Start start = new Start(1.5, 2.25, 3, 1e-3);
        assertThat(Start.parse(start.line() + "\n")).isEqualTo(start);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1\t2\t3", "1\t2\t3\tx", "1 2 3 4"})
    void anythingElseIsRefused(String line) {
        assertThatThrownBy(() -> Start.parse(line)).hasMessageContaining("four numbers between tabs");
    }

    @Test
    void theMiddleStartDecidesWithoutJnaAndBinding() {
        StartReport report = StartReport.of(
                CONDITIONS, List.of(new Start(99, 50, 80, 99), new Start(99, 10, 20, 99), new Start(99, 40, 20, 99)));
        StartReport.Phase sum = report.phases().get(report.phases().size() - 1);
        assertThat(sum).isEqualTo(new StartReport.Phase("emit and map", 30, 60));
        assertThat(report.met()).as("60 ms against a bar of 60").isTrue();
    }

    @Test
    void oneThatIsTooSlowDoesNotMeetTheBar() {
        assertThat(StartReport.of(CONDITIONS, List.of(new Start(0, 60, 0.1, 0))).met())
                .isFalse();
    }

    @Test
    void aChildReallyStarts() throws InterruptedException {
        assertThat(StartBench.run(1, progress -> {}).starts())
                .singleElement()
                .satisfies(start -> assertThat(start.emitAndMapMs()).isPositive());
    }
}
