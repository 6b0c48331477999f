// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.lab.explain.Explanation.ExplainedStep;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.BuiltInAbis;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An explanation")
class ExplanationTest {
    private static Explanation of(Primitive primitive, Abi abi) {
        return Explanation.of(primitive, abi, SaveSet.SSE);
    }

    private static List<String> effects(ExplainedStep step) {
        return step.effects().stream()
                .map(effect -> effect.place() + " <- " + effect.value())
                .toList();
    }

    @Test
    void saysWhatEachInstructionChanges() {
        assertThat(of(Primitive.MCALL, Abi.SYSTEM_V).steps().stream().flatMap(step -> effects(step).stream()))
                .containsSubsequence(
                        "rax <- return address",
                        "sched.pc <- return address",
                        "rax <- entry + 0x8",
                        "sched.sp <- entry + 0x8",
                        "sched.bp <- caller's rbp",
                        "sched.rbx <- caller's rbx",
                        "sched.g <- g",
                        "rbx <- sched",
                        "rsp <- g0.sp",
                        "rsp <- aligned",
                        "rip <- fn");
    }

    /** What the contract of gogo says: every preserved register, RSP and the program counter as the Gobuf says. */
    @Test
    void ofGogoEndsWithEveryFieldInItsRegister() {
        for (Abi abi : Abi.builtIn()) {
            Moment end = of(Primitive.GOGO, abi).moments().get(1);
            Stream<String> registers = Stream.concat(
                    abi.preservedGeneral().stream().map(r -> r.name()),
                    abi.preservedVectors().stream().map(v -> v.name()));
            assertThat(registers)
                    .allSatisfy(register -> assertThat(end.registers().get(register))
                            .as("%s of %s", register, abi.name())
                            .isEqualTo("gobuf." + register));
            assertThat(end.registers())
                    .containsEntry("rsp", "gobuf.sp")
                    .containsEntry("rip", "gobuf.pc")
                    .containsEntry("rbp", "gobuf.bp");
        }
    }

    @Test
    void ofMcallEndsWithAGobufThatHoldsTheCaller() {
        for (Abi abi : Abi.builtIn()) {
            BlockPicture sched =
                    of(Primitive.MCALL, abi).moments().get(1).blocks().get(0);
            assertThat(sched.rows().stream().map(BlockPicture.Row::field))
                    .isEqualTo(
                            Gobuf.of(abi).rows().stream().map(Gobuf.Row::name).toList());
            assertThat(sched.rows().stream()
                            .filter(row -> row.written().isEmpty())
                            .map(BlockPicture.Row::field))
                    .as("fields that mcall leaves alone")
                    .containsExactly("ctxt", "ret", "lr");
        }
    }

    /** Whoever called systemstack, and whoever was interrupted, finds everything as it was. */
    @Test
    void ofSystemstackAndAsyncPreemptEndsWithThePreservedRegistersAsTheyWere() {
        for (Abi abi : Abi.builtIn()) {
            Moment back = of(Primitive.SYSTEMSTACK, abi).moments().get(2);
            abi.preservedGeneral().stream()
                    .filter(register -> register != abi.result())
                    .forEach(register -> assertThat(back.registers()).doesNotContainKey(register.name()));
            assertThat(back.registers())
                    .containsEntry("rsp", "entry + 0x8")
                    .containsEntry(abi.result().name(), "result of thunk")
                    .doesNotContainKey("rbp");
            Moment resumed = of(Primitive.ASYNC_PREEMPT, abi).moments().get(2);
            assertThat(resumed.registers().keySet())
                    .as("registers that differ")
                    .containsExactlyInAnyOrder("rsp", "rip");
            assertThat(resumed.registers())
                    .containsEntry("rip", "resume address")
                    .containsEntry(
                            "rsp",
                            "entry + 0x" + Integer.toHexString(8 + abi.stack().interruptSkip()));
        }
    }

    @Test
    void givesBackTheX87Registers() {
        List<Moment> story = Explanation.of(Primitive.ASYNC_PREEMPT, Abi.SYSTEM_V, SaveSet.AVX512_X87)
                .moments();
        assertThat(story.get(1).registers()).containsEntry("x87 state", "empty");
        assertThat(story.get(2).registers()).containsOnlyKeys("rsp", "rip");
    }

    @Test
    void pinsTheGoroutineThatRuns() {
        assertThat(of(Primitive.GOGO, BuiltInAbis.GO).moments().get(1).registers())
                .containsEntry("r14", "gobuf.g")
                .containsEntry("xmm15", "0");
        List<Moment> story = of(Primitive.SYSTEMSTACK, BuiltInAbis.GO).moments();
        assertThat(story.get(1).registers()).containsEntry("r14", "g0.g");
        assertThat(story.get(2).registers()).doesNotContainKey("r14");
    }

    @Test
    void swapsStackBoundsThereAndBack() {
        List<Moment> story = of(Primitive.SYSTEMSTACK, Abi.WIN64).moments();
        BlockPicture inside = story.get(1).blocks().get(1);
        assertThat(inside.name()).isEqualTo("thread block");
        assertThat(inside.rows())
                .hasSize(4)
                .allSatisfy(row -> assertThat(row.written()).isEqualTo("g0." + row.field()));
        assertThat(story.get(2).blocks().get(1).rows())
                .as("afterwards")
                .allSatisfy(row -> assertThat(row.written()).isEmpty());
    }

    @Test
    void ofOneStepHasTheMomentsBeforeAndAfterIt() {
        Explanation explanation = Explanation.of(Primitive.SYSTEMSTACK, Abi.SYSTEM_V, SaveSet.SSE, 1);
        assertThat(explanation.isOfOneStep()).isTrue();
        assertThat(explanation.steps()).hasSize(1);
        assertThat(effects(explanation.steps().get(0)))
                .containsExactly("[entry - 0x8] <- caller's rbp", "rsp <- entry - 0x8");
        assertThat(explanation.moments()).extracting(Moment::title).containsExactly("Before step 1", "After step 1");
    }
}
