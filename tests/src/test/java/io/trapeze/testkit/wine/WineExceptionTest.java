// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.wine;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.runtime.memory.NativeMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Structured exceptions, caught by a frame on a goroutine's stack. The dispatcher walks from frame to frame and gives up at one that
 * lies outside the bounds in the thread block, so the bounds have to be those of the stack in use.
 */
@DisplayName("Under Wine, on a goroutine's stack,")
class WineExceptionTest {
    private static final int GOES_ON = 0;
    private static final int UNWINDS = 1;
    private static final long RAISED = 0xE000_0042L;
    private static final long ACCESS_VIOLATION = 0xC000_0005L;

    private final WindowsProcess process = WindowsProcess.start();
    private final Excursion excursion = new Excursion(process);
    private final NativeMemory seen = NativeMemory.allocate(process.memory(), 4096);
    private final long guarded = process.symbol("self", "guarded");
    private final long raises = process.symbol("self", "raises");
    private final long writes = process.symbol("self", "writes");

    @AfterEach
    void end() {
        process.close();
    }

    @ParameterizedTest(name = "handling {0}")
    @ValueSource(ints = {GOES_ON, UNWINDS})
    @Tag("S18")
    void aRaisedExceptionIsCaughtThere(int handling) {
        for (int i = 1; i <= 100; i++) {
            assertThat(excursion.onGoroutine(guarded, raises, RAISED, handling, seen.address()))
                    .isEqualTo(RAISED);
            assertSeen(i, RAISED);
            assertThat(seen.getLong(16)).as("the frame that caught it").isBetween(excursion.low(), excursion.high());
        }
    }

    @ParameterizedTest(name = "handling {0}")
    @ValueSource(ints = {GOES_ON, UNWINDS})
    @Tag("S18")
    void anAccessViolationIsCaughtThere(int handling) {
        assertThat(excursion.onGoroutine(guarded, writes, 0x10, handling, seen.address()))
                .isEqualTo(ACCESS_VIOLATION);
        assertSeen(1, ACCESS_VIOLATION);
        assertThat(seen.getLong(16)).as("the frame that caught it").isBetween(excursion.low(), excursion.high());
        assertThat(seen.getLong(24)).as("rsp at the fault").isBetween(excursion.low(), excursion.high());
    }

    @Test
    @Tag("Sg")
    void inAThunkOfSystemstackItIsCaughtOnTheThreadsOwnStack() {
        assertThat(excursion.onG0FromGoroutine(guarded, raises, RAISED, UNWINDS, seen.address()))
                .isEqualTo(RAISED);
        assertSeen(1, RAISED);
        assertThat(seen.getLong(16) < excursion.low() || seen.getLong(16) > excursion.high())
                .as("the frame that caught it, 0x%x, lies elsewhere", seen.getLong(16))
                .isTrue();
        assertThat(excursion.onGoroutine(guarded, raises, RAISED, UNWINDS, seen.address()))
                .isEqualTo(RAISED);
    }

    @ParameterizedTest(name = "raised {0}")
    @ValueSource(booleans = {true, false})
    @Tag("S18")
    void withTheBoundsOfAnotherStackTheHandlerIsNotFoundAndTheProcessEnds(boolean raised) {
        String ended = raised
                ? excursion.onGoroutineWithStaleBounds(guarded, raises, RAISED, UNWINDS, seen.address())
                : excursion.onGoroutineWithStaleBounds(guarded, writes, 0x10, UNWINDS, seen.address());
        assertThat(ended).contains("exit ");
        assertThat(seen.getLong(0)).as("times that the handler was called").isZero();
    }

    private void assertSeen(long times, long code) {
        assertThat(seen.getLong(0)).as("times that the handler was called").isEqualTo(times);
        assertThat(seen.getLong(8)).as("the exception's code").isEqualTo(code);
    }
}
