// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Other encodings each time, from all over the table, against programs of other projects: two million where the environment
 * says {@code CI=true}, a tenth of that elsewhere, so that a build at the desk does not wait for them.
 *
 * <p>The slice is chosen by a number that is printed; {@code -Dslice=NUMBER} takes the same one again. What is tried is in
 * {@link Space}, what may differ in {@link KnownDifferences}, and how a disassembly is made comparable in {@link Disassembly#normal}.
 */
@Tag("S9")
class AssemblersAgreeTest {
    private static final long AT_LEAST = "true".equals(System.getenv("CI")) ? 2_000_000 : 200_000;
    private static final long WANTED = AT_LEAST + AT_LEAST / 10;
    private static final int SHOWN = 8;

    private static Tally tally;

    @BeforeAll
    static void compare() {
        long seed = Long.getLong("slice", System.nanoTime() & 0xFFFF_FFFFL);
        Plan plan = Plan.slice(Plan.rounds(Space.shapes(), 100 * WANTED), WANTED, seed);
        tally = new Run(plan, SHOWN, Journal.inMemory(Run.batches(plan))).go();
        System.out.println("-Dslice=" + seed + ": " + tally.line());
    }

    @Test
    void gnuAsMakesTheSameBytesOfOurText() {
        Tool.AS.assumePresent();
        assertThat(tally.failures(Tool.AS.name())).isEmpty();
        assertThat(tally.count(Comparison.same(Tool.AS))).isGreaterThan(AT_LEAST);
    }

    @Test
    void llvmMcMakesTheSameBytesOfOurText() {
        Tool.LLVM_MC.assumePresent();
        assertThat(tally.failures(Tool.LLVM_MC.name())).isEmpty();
        assertThat(tally.count(Comparison.same(Tool.LLVM_MC))).isGreaterThan(AT_LEAST);
    }

    @Test
    void objdumpReadsOurBytesAsOurText() {
        Tool.OBJDUMP.assumePresent();
        assertThat(tally.failures(Tool.OBJDUMP.name())).isEmpty();
        assertThat(tally.count(Disassembler.SAME)).isGreaterThan(AT_LEAST / SHOWN);
    }

    @Test
    void decodingGivesBackWhatWasEncoded() {
        assertThat(tally.failures(Tally.DECODED)).isEmpty();
        assertThat(tally.count(Tally.DECODED)).isGreaterThan(AT_LEAST);
    }

    @Test
    void theTextTriedIsWhatListingsPrint() {
        assertThat(tally.failures(Tally.TEXTS)).isEmpty();
    }
}
