// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.wine;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.runtime.memory.NativeMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Functions whose frames are larger than a page, which the compiler has probe their stack before they use it. */
@DisplayName("Under Wine, a frame of many pages on a goroutine's stack")
class WineStackProbeTest {
    private static final int UNWINDS = 1;
    private static final long ACCESS_VIOLATION = 0xC000_0005L;
    private static final long STACK_OVERFLOW = 0xC000_00FDL;

    private final WindowsProcess process = WindowsProcess.start();
    private final Excursion excursion = new Excursion(process);
    private final NativeMemory seen = NativeMemory.allocate(process.memory(), 4096);

    @AfterEach
    void end() {
        process.close();
    }

    @Test
    @Tag("S18")
    void isProbedAndUsedWhereItFits() {
        long tenPages = process.symbol("self", "ten_pages");
        long onThreadsOwn = process.call(tenPages, 0);
        assertThat(onThreadsOwn).isPositive();
        for (int i = 0; i < 100; i++) {
            assertThat(excursion.onGoroutine(tenPages, 0)).isEqualTo(onThreadsOwn);
        }
    }

    @Test
    @Tag("S18")
    void runsIntoTheGuardWhereItDoesNotAndThatIsCaughtOnTheSameStack() {
        long hundredPages = process.symbol("self", "hundred_pages");
        assertThat(excursion.onGoroutine(process.symbol("self", "guarded"), hundredPages, 0, UNWINDS, seen.address()))
                .isIn(ACCESS_VIOLATION, STACK_OVERFLOW);
        assertThat(seen.getLong(0)).as("exceptions").isEqualTo(1);
        assertThat(seen.getLong(24)).as("rsp at the fault").isBetween(excursion.low(), excursion.high());
        assertThat(excursion.onGoroutine(process.symbol("self", "ten_pages"), 0))
                .as("the stack can be used again")
                .isPositive();
    }
}
