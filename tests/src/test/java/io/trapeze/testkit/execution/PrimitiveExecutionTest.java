// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs the primitives of the built-in ABIs on this processor. Win64 code runs here as well as on Windows: its thread block is a
 * block of memory that the GS base points to while it runs.
 */
@DisplayName("Executed on this processor,")
class PrimitiveExecutionTest {
    private static Cases cases;

    @TempDir
    static Path folder;

    @BeforeAll
    static void runAll() throws Exception {
        ThisHost.assumeThatItRunsCode();
        int count = BuiltInCase.all(Bench.widestHere()).size();
        cases = Cases.of(folder, PrimitiveRun.class, "built-in", 1, count);
    }

    static List<String> abis() {
        return Abi.builtIn().stream().map(Abi::name).toList();
    }

    @ParameterizedTest
    @MethodSource("abis")
    @Tag("S10")
    @Tag("S13")
    @Tag("S14")
    @Tag("S18")
    void gogoResumesWithEveryPreservedRegisterFromTheGobuf(String abi) {
        assertAllIsWell(Primitive.GOGO, abi, SaveSet.SSE);
    }

    @ParameterizedTest
    @MethodSource("abis")
    @Tag("S12")
    @Tag("S19")
    @Tag("S20")
    @Tag("S21")
    @Tag("S25")
    void mcallSuspendsAndGogoGoesOnBehindTheCall(String abi) {
        assertAllIsWell(Primitive.MCALL, abi, SaveSet.SSE);
    }

    @ParameterizedTest
    @MethodSource("abis")
    @Tag("S30")
    @Tag("S31")
    @Tag("S32")
    @Tag("S33")
    @Tag("S37")
    @Tag("Sg")
    void systemstackRunsAThunkThatTrashesAllItMay(String abi) {
        assertAllIsWell(Primitive.SYSTEMSTACK, abi, SaveSet.SSE);
    }

    static Stream<Arguments> saveSets() {
        return abis().stream().flatMap(abi -> Arrays.stream(SaveSet.values()).map(set -> Arguments.of(abi, set)));
    }

    @ParameterizedTest
    @MethodSource("saveSets")
    @Tag("S41")
    @Tag("S43")
    @Tag("S47")
    @Tag("S50")
    @Tag("S51")
    @Tag("S52")
    @Tag("Sb")
    @Tag("Sf")
    void asyncPreemptBringsEverythingBackWhateverTheOthersDid(String abi, SaveSet set) {
        assumeTrue(set.fits(Bench.widestHere()), "this processor has no registers for save set " + set.label());
        assertAllIsWell(Primitive.ASYNC_PREEMPT, abi, set);
    }

    @Test
    @Tag("S26")
    void mcallTrapsWhenFnReturns() throws Exception {
        List<String> failures =
                Cases.of(folder, PrimitiveRun.class, "fn-returns", 1, 1).failures();
        assertThat(failures).singleElement().asString().contains("SIGILL (0x4) at ");
        String expected =
                failures.get(0).substring("a trap at ".length(), failures.get(0).indexOf(':'));
        assertThat(failures.get(0)).contains("SIGILL (0x4) at " + expected);
    }

    @Test
    void aRegisterThatIsForgottenIsNoticed() throws Exception {
        assertThat(Cases.of(folder, PrimitiveRun.class, "without-r14", 1, 1).failures())
                .singleElement()
                .asString()
                .contains("AssertionError: after gogo, r14: expected");
    }

    private static void assertAllIsWell(Primitive primitive, String abi, SaveSet set) {
        Abi described = Abi.builtIn(abi).orElseThrow();
        boolean fits = primitive == Primitive.ASYNC_PREEMPT
                || primitive == Primitive.SYSTEMSTACK
                || SaveSet.neededBy(described).fits(Bench.widestHere());
        assumeTrue(fits, "this processor lacks registers that " + abi + " preserves");
        String name = new BuiltInCase(described, primitive, set).toString();
        assertThat(cases.failures()).filteredOn(f -> f.startsWith(name + ":")).isEmpty();
        assertThat(cases.fine()).contains(name);
    }
}
