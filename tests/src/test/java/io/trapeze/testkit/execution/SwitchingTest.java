// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Register;
import io.trapeze.testkit.check.Check;
import io.trapeze.testkit.check.Played;
import io.trapeze.testkit.check.Subject;
import io.trapeze.testkit.check.Switching;
import io.trapeze.testkit.generate.Abis;
import io.trapeze.testkit.mutate.Mutant;
import io.trapeze.testkit.mutate.Mutants;
import io.trapeze.testkit.sequence.CallSequence;
import io.trapeze.testkit.sequence.CallSequences;
import io.trapeze.testkit.sequence.Step;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.Omission;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import io.trapeze.trampolines.abi.PinnedRegisters;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Sequences of switches, interruptions and work on the stack")
class SwitchingTest {
    private static final CallSequences SEQUENCES = new CallSequences(8);
    private static final long SLICE =
            Long.getLong("slice", ThreadLocalRandom.current().nextLong(1_000_000_000));

    @BeforeAll
    static void onThisHost() {
        ThisHost.assumeThatItRunsCapsules();
    }

    static Stream<String> builtIn() {
        return Abi.builtIn().stream().map(Abi::name);
    }

    @ParameterizedTest
    @MethodSource("builtIn")
    void areRightByEachBuiltInConvention(String name) {
        Abi abi = Abi.builtIn(name).orElseThrow();
        SaveSet widest = Bench.widestHere();
        assumeTrue(SaveSet.neededBy(abi).fits(widest), "this processor lacks registers that " + name + " preserves");
        try (Switching switching = Switching.of(abi, widest.withX87())) {
            SEQUENCES.edges().forEach(edge -> switching.play(edge.value()).requireKept());
            assertRight(switching, 60);
        }
    }

    @Test
    void arePlayedOnceAtLeast() {
        try (Switching switching = Switching.of(Abi.SYSTEM_V, SaveSet.SSE)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> switching.play(SEQUENCES, 0, 1))
                    .withMessage("can't check anything in 0 tries: make 1 at least");
        }
    }

    @Test
    void areRightByConventionsAtRandom() {
        Random random = new Random(SLICE);
        Abis abis = new Abis(Bench.widestHere());
        int wanted = Integer.getInteger("conventions", 30);
        int played = 0;
        for (int drawn = 0; played < wanted && drawn < 20 * wanted; drawn++) {
            Abi abi = abis.draw(random).value();
            try (Switching switching = Switching.of(abi, Bench.widestHere())) {
                assertRight(switching, 5);
                played++;
            } catch (AbiException refused) {
                continue; // a primitive lacks scratch registers
            }
        }
        assertThat(played).as("conventions that have all primitives").isEqualTo(wanted);
    }

    private static void assertRight(Switching switching, int tries) {
        Played played = switching.play(SEQUENCES, tries, SLICE);
        assertThat(played.broken())
                .as(
                        "-Dslice=%d takes these again: %s by %s",
                        SLICE, played.sequence(), played.abi().name())
                .isEmpty();
    }

    private static Played simplest(Abi abi, Primitive primitive, CodeBlob wrong) {
        try (Switching switching = Switching.of(abi, SaveSet.SSE, Map.of(primitive, wrong))) {
            Played played = switching.play(SEQUENCES, 1000, 1);
            assertThat(played.broken()).as("what is wrong with %s", primitive).isPresent();
            return played;
        }
    }

    static Stream<Primitive> switches() {
        return Stream.of(Primitive.GOGO, Primitive.MCALL);
    }

    @ParameterizedTest
    @MethodSource("switches")
    void shrinkToOneYieldWhereARegisterIsForgotten(Primitive primitive) {
        for (Register register : List.<Register>of(rbx, r13, rbp)) {
            Played played =
                    simplest(Abi.SYSTEM_V, primitive, primitive.emit(Abi.SYSTEM_V, SaveSet.SSE, Omission.of(register)));
            assertThat(played.sequence().steps()).containsExactly(new Step.Yield());
            assertThat(played.sequence().registers().live()).hasSizeLessThanOrEqualTo(1);
            assertThat(played.broken()).hasValueSatisfying(difference -> {
                assertThat(difference.register()).isEqualTo(register.name());
                assertThat(difference.where()).isEqualTo("step 1, yield");
            });
        }
    }

    @Test
    void shrinkToOneInterruptionWhereItLosesARegister() {
        Subject right = Subject.of(Primitive.ASYNC_PREEMPT, Abi.SYSTEM_V, SaveSet.SSE);
        Mutant mutant = Mutants.of(right).stream()
                .filter(m ->
                        m.change().startsWith("movdqu xmm7, ") && m.change().endsWith("→ nothing"))
                .findFirst()
                .orElseThrow();
        Played played = simplest(Abi.SYSTEM_V, Primitive.ASYNC_PREEMPT, mutant.code());
        assertThat(played.sequence().steps()).containsExactly(new Step.Preempt(new Step.Work(List.of()), 0, List.of()));
        assertThat(played.broken())
                .hasValueSatisfying(
                        difference -> assertThat(difference.register()).isEqualTo("xmm7"));
    }

    @Test
    void shrinkToAnInterruptionOfTheRedZoneThatIsNotSkipped() {
        Abi without = Abi.builtIn().stream()
                .filter(abi -> abi.name().equals("sysv-noredzone"))
                .findFirst()
                .orElseThrow();
        Played played =
                simplest(Abi.SYSTEM_V, Primitive.ASYNC_PREEMPT, Primitive.ASYNC_PREEMPT.emit(without, SaveSet.SSE));
        assertThat(played.sequence().steps()).hasSize(1);
        assertThatThrownBy(played::requireKept)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("step 1, preempt");
    }

    @Test
    void shrinkToSystemstackWhereItsThunkHasTheWrongStack() {
        CodeBlob stays = new Assembler()
                .assemble(".globl systemstack\nsystemstack: sub rsp, 8\n mov rdi, rsi\n call rdx\n add rsp, 8\n ret")
                .finish("systemstack");
        Played played = simplest(Abi.SYSTEM_V, Primitive.SYSTEMSTACK, stays);
        assertThat(played.sequence().steps()).containsExactly(new Step.OnG0(List.of()));
        assertThat(played.broken())
                .hasValueSatisfying(difference ->
                        assertThat(difference.rule()).isEqualTo("systemstack: the thunk runs on g0's stack"));
    }

    @Test
    void showACarrierThatIsOutOfDateOnlyAfterAHop() {
        Abi pinned = Abi.SYSTEM_V.with(new PinnedRegisters(Optional.empty(), Optional.<IndexReg>of(r11)));
        CodeBlob bringsItBack = Primitive.ASYNC_PREEMPT.emit(Abi.SYSTEM_V, SaveSet.SSE);
        Played played = simplest(pinned, Primitive.ASYNC_PREEMPT, bringsItBack);
        assertThat(played.sequence().steps())
                .containsExactly(new Step.Preempt(new Step.Work(List.of()), 0, List.of(new Step.Hop())));
        assertThat(played.broken())
                .hasValueSatisfying(
                        difference -> assertThat(difference.register()).isEqualTo("r11"));
    }

    @Test
    void tellWhichStepStopped() {
        CodeBlob crashes = new Assembler().assemble(".globl gogo\ngogo: ud2").finish("gogo");
        Played played = simplest(Abi.SYSTEM_V, Primitive.GOGO, crashes);
        assertThat(played.broken()).hasValueSatisfying(difference -> {
            assertThat(difference.where()).isEqualTo("step 1, yield: while it ran");
            assertThat(difference.found()).startsWith("SIGILL at gogo+0x0");
        });
        assertThat(played.sequence().registers()).isEqualTo(RegisterState.quiet());
    }

    @Test
    void areTheSameForTheSameNumbers() {
        CallSequence sequence = SEQUENCES.draw(new Random(Check.seedOf(1, 1))).value();
        assertThat(SEQUENCES.draw(new Random(Check.seedOf(1, 1))).value()).isEqualTo(sequence);
        assertThat(sequence.steps()).hasSizeBetween(1, 8);
    }
}
