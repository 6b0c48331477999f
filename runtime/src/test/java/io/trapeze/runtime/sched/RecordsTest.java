// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.abi.Abi;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RecordsTest {
    private final Records records = Records.of(Abi.SYSTEM_V);
    private final Layout<GoroutineField> g = records.g();

    @Test
    void whatAYieldTouchesOfAGoroutineLiesInTwoCacheLines() {
        assertThat(IntStream.concat(
                        g.gobuf().rows().stream().mapToInt(Gobuf.Row::offset),
                        IntStream.of(
                                g.offset(GoroutineField.M),
                                g.offset(GoroutineField.NEXT),
                                g.offset(GoroutineField.STATUS),
                                g.offset(GoroutineField.AHEAD))))
                .allMatch(offset -> offset < 2 * Layout.CACHE_LINE);
    }

    @Test
    void noTwoFieldsShareAPlace() {
        assertThat(Arrays.stream(GoroutineField.values()).map(g::offset)).doesNotHaveDuplicates();
    }

    @Test
    void fieldsInTheGobufTakeOnlyPlacesThatThePrimitivesLeaveAlone() {
        assertThat(Arrays.stream(GoroutineField.values())
                        .map(g::offset)
                        .filter(offset -> offset < g.gobuf().size()))
                .containsExactlyInAnyOrder(Gobuf.RET, Gobuf.LR);
    }

    @Test
    void recordsAreWholeCacheLines() {
        assertThat(g.size() % Layout.CACHE_LINE).isZero();
        assertThat(records.m().size() % Layout.CACHE_LINE).isZero();
        assertThat(records.shared().size() % Layout.CACHE_LINE).isZero();
    }
}
