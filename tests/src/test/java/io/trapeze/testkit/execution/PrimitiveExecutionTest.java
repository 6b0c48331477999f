// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.testkit.capsule.Capsule;
import io.trapeze.testkit.capsule.Outcome;
import io.trapeze.testkit.capsule.Placed;
import io.trapeze.testkit.check.Check;
import io.trapeze.testkit.check.Scene;
import io.trapeze.testkit.check.Verdict;
import io.trapeze.testkit.check.World;
import io.trapeze.testkit.generate.RegisterStates;
import io.trapeze.trampolines.Mcall;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs the primitives of the built-in ABIs on this processor. Win64 code runs here as well as on Windows: its thread block is a
 * block of memory that the GS base points to while it runs.
 */
@DisplayName("Executed on this processor,")
class PrimitiveExecutionTest {
    private static final int TRIES = 100;

    private static Check check;

    @BeforeAll
    static void open() {
        ThisHost.assumeThatItRunsCapsules();
        check = Check.open();
    }

    @AfterAll
    static void close() {
        if (check != null) {
            check.close();
        }
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
    void mcallTrapsWhenFnReturns() {
        try (Capsule capsule = Capsule.open()) {
            World world = World.in(capsule);
            Random random = new Random(1);
            Scene scene = new Scene(world, Abi.SYSTEM_V, random);
            CodeBlob blob = Mcall.emit(Abi.SYSTEM_V);
            Placed mcall = capsule.place(blob, Map.of());
            long fn = capsule.place(Assembler.parse("ret"), Map.of()).address();
            scene.randomize();
            scene.fillGobuf(Scene.G0, world.stacks().g0Top(), 0);
            RegisterStates.fill(world.memory().entry(), random);
            scene.enter(
                    world.stacks().goroutineTop(), Scene.G, scene.address(Scene.SCHED), scene.address(Scene.G0), fn);
            int trap = blob.instructions().get(blob.instructions().size() - 1).offset();
            assertThat(capsule.run(Abi.SYSTEM_V, mcall.address()))
                    .isInstanceOfSatisfying(Outcome.Crashed.class, crashed -> {
                        assertThat(crashed.crash().signalName()).isEqualTo("SIGILL");
                        assertThat(crashed.crash().pc()).isEqualTo(mcall.address() + trap);
                        assertThat(crashed.crash().place()).endsWith(": ud2");
                    });
        }
    }

    private static void assertAllIsWell(Primitive primitive, String abi, SaveSet set) {
        Abi described = Abi.builtIn(abi).orElseThrow();
        boolean fits = primitive == Primitive.ASYNC_PREEMPT
                || primitive == Primitive.SYSTEMSTACK
                || SaveSet.neededBy(described).fits(Bench.widestHere());
        assumeTrue(fits, "this processor lacks registers that " + abi + " preserves");
        Verdict verdict = check.of(new BuiltInCase(described, primitive, set).subject(), TRIES, 1);
        assertThat(verdict).isEqualTo(new Verdict.Passed(TRIES));
    }
}
