// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.trampolines.Processor.End;
import io.trapeze.trampolines.Processor.Stop;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import io.trapeze.trampolines.abi.CallState;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;

/** The primitives of any ABI that can be described do what they promise, on a processor that knows no ABI. */
@Label("For any ABI")
@Tag("D6")
@Tag("D7")
class RandomAbiPropertyTest {
    @Provide
    Arbitrary<Abi> abis() {
        return Abis.any();
    }

    @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    @Tag("S12")
    @Tag("S21")
    @Tag("S25")
    void whatMcallSavesGogoRestores(@ForAll("abis") Abi abi, @ForAll long seed) {
        Optional<CodeBlob> mcall = generated(Primitive.MCALL, abi, SaveSet.SSE);
        Optional<CodeBlob> gogo = generated(Primitive.GOGO, abi, SaveSet.SSE);
        if (mcall.isEmpty() || gogo.isEmpty()) {
            return;
        }
        Scene scene = new Scene(abi, seed);
        Processor p = scene.processor;
        scene.enter(Scene.G, Scene.SCHED, Scene.G0_GOBUF, Scene.FUNCTION);
        Map<String, Object> before = scene.preserved();
        List<Long> bounds = scene.bounds();

        Stop trap = p.run(mcall.get(), inside -> {
            assertThat(scene.firstArgument()).as("g, as fn gets it").isEqualTo(Scene.G);
            assertThat(scene.bounds()).as("stack bounds in fn").isEqualTo(scene.bounds(Scene.G0_GOBUF));
            scene.pinnedG()
                    .ifPresent(g -> assertThat(g)
                            .as("the goroutine that runs fn: g0")
                            .isEqualTo(scene.memory.read8(Scene.G0_GOBUF + Gobuf.G)));
            scene.assertZero("in fn");
            scene.trash(inside);
        });
        assertThat(trap.end()).as("fn returned").isEqualTo(End.TRAPPED);
        assertThat(p.calls.get(0).target()).isEqualTo(Scene.FUNCTION);
        scene.assertCallIsFit(Scene.G0_STACK_TOP);
        scene.assertWritesStayWithin(scene.entry, Scene.G0_STACK_TOP);
        scene.assertBoundsWereSetBeforeRspMovedTo(Scene.G0_STACK_TOP - Scene.stackBytes(), Scene.G0_STACK_TOP);
        assertThat(scene.saved(Scene.SCHED)).isEqualTo(before);
        assertThat(scene.memory.read8(Scene.SCHED + Gobuf.PC)).isEqualTo(Scene.RETURN_ADDRESS);
        assertThat(scene.memory.read8(Scene.SCHED + Gobuf.SP)).isEqualTo(scene.entry + 8);
        assertThat(scene.memory.read8(Scene.SCHED + Gobuf.G)).isEqualTo(Scene.G);

        long resumedAt = scene.entry + 8;
        scene.enter(Scene.SCHED);
        abi.pinned().g().ifPresent(g -> p.general[g.number()] = scene.random.nextLong());
        scene.memory.writes().clear();
        p.stackMoves.clear();
        Stop resumed = p.run(gogo.get(), inside -> {});
        assertThat(resumed).isEqualTo(new Stop(End.JUMPED, Scene.RETURN_ADDRESS));
        assertThat(p.rsp()).isEqualTo(resumedAt);
        assertThat(scene.preserved()).isEqualTo(before);
        scene.pinnedG()
                .ifPresent(g -> assertThat(g).as("the goroutine that goes on").isEqualTo(Scene.G));
        scene.assertZero("when the goroutine goes on");
        assertThat(scene.bounds()).isEqualTo(bounds);
    }

    @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    @Tag("S32")
    @Tag("S33")
    @Tag("S37")
    @Tag("Sg")
    void systemstackReturnsTheThunksResultAndNothingElseChanges(
            @ForAll("abis") Abi abi, @ForAll long seed, @ForAll("misalignments") int misalignment) {
        Optional<CodeBlob> systemstack = generated(Primitive.SYSTEMSTACK, abi, SaveSet.SSE);
        if (systemstack.isEmpty()) {
            return;
        }
        Scene scene = new Scene(abi, seed);
        Processor p = scene.processor;
        long argument = Scene.STACK_TOP - 512;
        long g0sp = Scene.G0_STACK_TOP - misalignment;
        scene.enter(g0sp, argument, Scene.FUNCTION, Scene.G0_GOBUF);
        Map<String, Object> before = scene.preservedByReturning();
        Optional<Long> goroutine = scene.pinnedG();
        List<Long> bounds = scene.bounds();
        byte[] live = scene.memory.read(scene.entry, (int) (Scene.STACK_TOP - scene.entry));

        AtomicReference<Long> result = new AtomicReference<>();
        Stop stop = p.run(systemstack.get(), inside -> {
            assertThat(scene.firstArgument()).as("the thunk's argument").isEqualTo(argument);
            assertThat(scene.bounds()).as("stack bounds in the thunk").isEqualTo(scene.bounds(Scene.G0_GOBUF));
            scene.pinnedG()
                    .ifPresent(g -> assertThat(g)
                            .as("the goroutine that runs the thunk: g0")
                            .isEqualTo(scene.memory.read8(Scene.G0_GOBUF + Gobuf.G)));
            scene.assertZero("in the thunk");
            scene.callee(inside);
            result.set(scene.general(abi.result()));
        });
        assertThat(stop).isEqualTo(new Stop(End.RETURNED, Scene.RETURN_ADDRESS));
        assertThat(p.calls.get(0).target()).isEqualTo(Scene.FUNCTION);
        scene.assertCallIsFit(g0sp);
        scene.assertWritesStayWithin(scene.entry, g0sp);
        scene.assertBoundsWereSetBeforeRspMovedTo(Scene.G0_STACK_TOP - Scene.stackBytes(), Scene.G0_STACK_TOP);
        assertThat(scene.general(abi.result())).as("result").isEqualTo(result.get());
        assertThat(p.rsp()).isEqualTo(scene.entry + 8);
        assertThat(scene.preservedByReturning()).isEqualTo(before);
        assertThat(scene.pinnedG()).as("the goroutine afterwards").isEqualTo(goroutine);
        scene.assertZero("afterwards");
        assertThat(scene.bounds()).as("stack bounds afterwards").isEqualTo(bounds);
        assertThat(scene.memory.read(scene.entry, live.length))
                .as("the goroutine's frames")
                .isEqualTo(live);
    }

    @Provide
    Arbitrary<Integer> misalignments() {
        return Arbitraries.integers().between(0, 63);
    }

    @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    @Tag("S41")
    @Tag("S47")
    @Tag("S51")
    @Tag("S52")
    @Tag("Sb")
    void anInterruptedGoroutineGoesOnAsIfNothingHadBeen(
            @ForAll("abis") Abi abi,
            @ForAll SaveSet saveSet,
            @ForAll long seed,
            @ForAll("misalignments") int misalignment) {
        Scene scene = new Scene(abi, seed);
        Processor p = scene.processor;
        p.flags |= scene.random.nextBoolean() ? Processor.DIRECTION | Processor.ALIGNMENT_CHECK : 0;
        for (int i = saveSet.vectors(); i < 32; i++) {
            Arrays.fill(p.vectors[i], (byte) 0);
        }
        for (byte[] vector : p.vectors) {
            Arrays.fill(vector, saveSet.vectorBytes(), 64, (byte) 0); // what the set does not cover must not be in use
        }
        if (saveSet.masks() == 0) {
            Arrays.fill(p.masks, 0);
        }
        long interrupted = Scene.STACK_TOP - 1024 - misalignment;
        long resume = interrupted - abi.stack().interruptSkip() - 8;
        scene.memory.set8(resume, Scene.RETURN_ADDRESS);
        p.general[4] = resume;
        Processor before = p.copy();
        boolean clears = abi.calls().directionFlag() == CallState.DirectionFlag.CLEAR;
        Optional<CodeBlob> trampoline = generated(Primitive.ASYNC_PREEMPT, abi, saveSet);
        if (trampoline.isEmpty()) {
            return;
        }
        byte[] above = scene.memory.read(resume + 8, (int) (Scene.STACK_TOP - resume - 8));

        Stop stop = p.run(trampoline.get(), inside -> {
            assertThat(inside.flags & (Processor.DIRECTION | Processor.ALIGNMENT_CHECK))
                    .as("DF and AC in the callee")
                    .isEqualTo(clears ? 0 : before.flags & Processor.DIRECTION);
            scene.assertZero("in the callee");
            if (saveSet.x87()) {
                assertThat(inside.x87IsFresh())
                        .as("x87 mode, and nothing in it")
                        .isTrue();
            }
            byte[] x87 = inside.x87State.clone();
            assertThat(inside.rsp())
                    .as("stack taken")
                    .isGreaterThanOrEqualTo(interrupted - AsyncPreempt.stackBytes(abi, saveSet));
            scene.memory.fill(inside.rsp() - 512, inside.rsp(), scene.random);
            scene.memory.fill(inside.rsp() + 8, inside.rsp() + 8 + abi.stack().shadow(), scene.random);
            inside.trash(scene.random);
            if (!saveSet.x87()) {
                System.arraycopy(x87, 0, inside.x87State, 0, x87.length);
            }
            abi.pinned().m().ifPresent(m -> before.general[m.number()] = scene.general(m));
            for (int i = saveSet.vectors(); i < 32; i++) {
                Arrays.fill(inside.vectors[i], (byte) 0);
            }
            for (byte[] vector : inside.vectors) {
                Arrays.fill(vector, saveSet.vectorBytes(), 64, (byte) 0);
            }
            if (saveSet.masks() == 0) {
                Arrays.fill(inside.masks, 0);
            }
        });
        assertThat(stop).isEqualTo(new Stop(End.RETURNED, Scene.RETURN_ADDRESS));
        scene.assertCallIsFit(resume);
        assertThat(scene.memory.writes()).as("writes").allMatch(w -> w.within(resume - 8192, resume));
        assertThat(scene.memory.read(resume + 8, above.length))
                .as("skipped bytes and live frames")
                .isEqualTo(above);
        assertThat(p.rsp()).isEqualTo(interrupted);
        p.general[4] = resume;
        assertSame(p, before);
    }

    @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
    @Tag("D8")
    void eachRuleThatAnInstructionServesIsOneOfTheDescription(
            @ForAll("abis") Abi abi, @ForAll Primitive primitive, @ForAll SaveSet saveSet) {
        Set<String> rules = RulesOf.description(abi);
        try {
            assertThat(primitive.emit(abi, saveSet).instructions())
                    .extracting(Instruction::rule)
                    .filteredOn(rule -> !rule.isEmpty())
                    .isSubsetOf(rules);
        } catch (AbiException refused) {
            Statistics.collect("refused");
        }
    }

    private static void assertSame(Processor found, Processor expected) {
        for (int i = 0; i < 16; i++) {
            assertThat(found.general[i]).as(Registers.gp64(i).name()).isEqualTo(expected.general[i]);
        }
        for (int i = 0; i < 32; i++) {
            assertThat(found.vectors[i]).as("zmm" + i).isEqualTo(expected.vectors[i]);
        }
        assertThat(found.masks).as("masks").isEqualTo(expected.masks);
        assertThat(found.flags).as("flags").isEqualTo(expected.flags);
        assertThat(found.mxcsr).as("mxcsr").isEqualTo(expected.mxcsr);
        assertThat(found.x87).as("x87 control word").isEqualTo(expected.x87);
        assertThat(found.x87State).as("x87 state").isEqualTo(expected.x87State);
    }

    /** The primitive, or nothing if the ABI is refused for a reason that its author can act on. */
    private static Optional<CodeBlob> generated(Primitive primitive, Abi abi, SaveSet saveSet) {
        try {
            Optional<CodeBlob> blob = Optional.of(primitive.emit(abi, saveSet));
            Statistics.label(primitive.symbol())
                    .collect("generated")
                    .coverage(c -> c.check("generated").percentage(share -> share > 50));
            return blob;
        } catch (AbiException refused) {
            Statistics.label(primitive.symbol()).collect("refused");
            assertThat(refused).hasMessageMatching("(?s).*(volatile|choose another register|pass that argument).*");
            assertThatThrownBy(() -> primitive.emit(abi, SaveSet.AVX512)).isInstanceOf(AbiException.class);
            return Optional.empty();
        }
    }
}
