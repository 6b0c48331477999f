// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.formats.unwind.UnwindRules;
import io.trapeze.trampolines.BridgeStage.Show;
import io.trapeze.trampolines.Signature.Type;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** Bridges run for real, in a process of their own, between callers and callees that do all that their ABIs let them do. */
@Label("A bridge between any two ABIs")
class CallBridgePropertyTest {
    private static final int CALLS = 250;

    /** What a call is made of. */
    record Choice(Signature signature, Abi from, Abi to, BridgeScene.Target target, long seed) {}

    /** Many of them, so that one process runs all. */
    record Choices(List<Choice> list) {
        @Override
        public String toString() {
            return list.size() + " calls";
        }
    }

    @Provide
    Arbitrary<Choices> any() {
        return choices(Abis.any(), CALLS);
    }

    @Provide
    Arbitrary<Choices> builtIn() {
        return choices(Arbitraries.of(Abi.builtIn()), 4 * CALLS);
    }

    @Provide
    Arbitrary<Choices> mixed() {
        return choices(Arbitraries.oneOf(Abis.any(), Arbitraries.of(Abi.builtIn())), CALLS);
    }

    private static Arbitrary<Choices> choices(Arbitrary<Abi> abis, int count) {
        return Combinators.combine(
                        signatures(), abis, abis, Arbitraries.of(BridgeScene.Target.class), Arbitraries.longs())
                .as(Choice::new)
                .list()
                .ofSize(count)
                .map(Choices::new);
    }

    /** Up to twelve integers and twelve floating-point numbers, in any order. */
    static Arbitrary<Signature> signatures() {
        Arbitrary<List<Type>> integers =
                Arbitraries.just(Type.I64).list().ofMinSize(0).ofMaxSize(12);
        Arbitrary<List<Type>> floats =
                Arbitraries.of(Type.F32, Type.F64).list().ofMinSize(0).ofMaxSize(12);
        Arbitrary<List<Type>> arguments = Combinators.combine(integers, floats)
                .as((a, b) -> Stream.concat(a.stream(), b.stream()).toList())
                .flatMap(Arbitraries::shuffle);
        return Combinators.combine(
                        arguments, Arbitraries.of(Type.class).optional().injectNull(0))
                .as(Signature::new);
    }

    @Property(tries = 4, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    @Label("brings arguments and result over, and gives the caller back what its ABI preserves")
    void isRight(@ForAll("mixed") Choices choices) {
        perform(choices.list());
    }

    @Property(tries = 1, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    @Label("does so between those that are built in")
    void isRightBetweenBuiltInAbis(@ForAll("builtIn") Choices choices) {
        assertThat(perform(choices.list())).isEqualTo(choices.list().size());
    }

    @Property(tries = 4, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    @Label("can be walked from each of its instructions, and says which rules it serves")
    void canBeWalked(@ForAll("any") Choices choices) {
        BridgeStage stage = new BridgeStage(SaveSet.AVX512);
        for (Choice choice : choices.list()) {
            BridgeScene scene = scene(choice, stage);
            Optional<CodeBlob> blob = emitted(scene, "bridge");
            if (blob.isPresent()) {
                assertThat(UnwindRules.of(blob.get()).orElseThrow().rows())
                        .hasSameSizeAs(blob.get().instructions());
                Set<String> rules = new HashSet<>(RulesOf.description(choice.from()));
                rules.addAll(RulesOf.description(choice.to()));
                assertThat(blob.get().instructions())
                        .extracting(Instruction::rule)
                        .filteredOn(rule -> !rule.isEmpty())
                        .isSubsetOf(rules);
            }
        }
    }

    /** Returns how many bridges there were to call. */
    private static int perform(List<Choice> choices) {
        SaveSet widest = BridgeStage.widestHere();
        BridgeStage stage = new BridgeStage(widest);
        List<BridgeScene> scenes = new ArrayList<>();
        List<CodeBlob> bridges = new ArrayList<>();
        for (Choice choice : choices) {
            if (runs(choice.from(), widest) && runs(choice.to(), widest)) {
                BridgeScene scene = scene(choice, stage);
                emitted(scene, "bridge" + bridges.size()).ifPresent(blob -> {
                    scenes.add(scene);
                    bridges.add(blob);
                });
            }
        }
        Show show = stage.with(bridges);
        for (int i = 0; i < scenes.size(); i++) {
            scenes.get(i).prepare(show, show.call(i));
        }
        inFolder(folder ->
                show.run(folder, scenes.stream().map(BridgeScene::writable).toList()));
        for (int i = 0; i < scenes.size(); i++) {
            assertThat(scenes.get(i).wrong(show, show.call(i), stage.junk()))
                    .as("%s\n%s", scenes.get(i), bridges.get(i))
                    .isEmpty();
        }
        return scenes.size();
    }

    private static BridgeScene scene(Choice choice, BridgeStage stage) {
        return new BridgeScene(
                choice.signature(), choice.from(), choice.to(), choice.target(), stage.callee(), choice.seed());
    }

    /** Whether this processor has all the registers that an ABI names. */
    private static boolean runs(Abi abi, SaveSet widest) {
        boolean high = Stream.concat(abi.arguments().vectors().stream(), abi.results().vectors().stream())
                .anyMatch(v -> v.number() > 15);
        return SaveSet.neededBy(abi).fits(widest) && (!high || widest == SaveSet.AVX512);
    }

    /** The bridge, or nothing if the ABIs are refused for a reason that their authors can act on. */
    private static Optional<CodeBlob> emitted(BridgeScene scene, String symbol) {
        try {
            return Optional.of(scene.emit(symbol));
        } catch (AbiException refused) {
            assertThat(refused).hasMessageContaining("; ");
            return Optional.empty();
        }
    }

    private static void inFolder(java.util.function.Consumer<Path> work) {
        try {
            Path folder = Files.createTempDirectory("bridges");
            try {
                work.accept(folder);
            } finally {
                try (Stream<Path> files = Files.walk(folder)) {
                    files.sorted(Comparator.reverseOrder())
                            .forEach(f -> f.toFile().delete());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
