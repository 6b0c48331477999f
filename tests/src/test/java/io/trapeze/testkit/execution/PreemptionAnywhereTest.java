// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Interrupts code at each of its instructions in turn that has a value in every register; see {@link PreemptionRun}. */
class PreemptionAnywhereTest {
    private static Cases cases;

    @TempDir
    static Path folder;

    @BeforeAll
    static void runAll() throws Exception {
        ThisHost.assumeThatItRunsCode();
        int count = PreemptionRun.cases(Bench.widestHere()).size();
        cases = Cases.of(folder, PreemptionRun.class, "each-instruction", 1, count);
        int instructions = cases.notes().stream()
                .mapToInt(note -> Integer.parseInt(note.substring(0, note.indexOf(' '))))
                .sum();
        System.out.printf("%,d instructions of %d bodies interrupted%n", instructions, count);
    }

    static Stream<Arguments> saveSets() {
        return Abi.builtIn().stream()
                .flatMap(abi -> Arrays.stream(SaveSet.values()).map(set -> Arguments.of(abi.name(), set)));
    }

    @ParameterizedTest
    @MethodSource("saveSets")
    @Tag("S41")
    @Tag("S42")
    @Tag("S44")
    @Tag("S51")
    @Tag("S52")
    @Tag("Sf")
    void nothingChangesWhereverTheInterruptComes(String abi, SaveSet set) {
        assumeTrue(set.fits(Bench.widestHere()), "this processor has no registers for save set " + set.label());
        String name = new BuiltInCase(Abi.builtIn(abi).orElseThrow(), Primitive.ASYNC_PREEMPT, set).toString();
        assertThat(cases.failures()).filteredOn(f -> f.startsWith(name + ":")).isEmpty();
        assertThat(cases.fine()).contains(name);
    }
}
