// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.KReg;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Segment;
import io.trapeze.emitter.operand.Xmm;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ArgumentRules;
import io.trapeze.trampolines.abi.CallState;
import io.trapeze.trampolines.abi.ControlWords;
import io.trapeze.trampolines.abi.GrowthCheck;
import io.trapeze.trampolines.abi.PinnedRegisters;
import io.trapeze.trampolines.abi.PreservedSet;
import io.trapeze.trampolines.abi.PreservedVector;
import io.trapeze.trampolines.abi.ResultRules;
import io.trapeze.trampolines.abi.StackRules;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Calling conventions that nobody uses but that are as good as those in use: the whole space of descriptions. */
final class Abis {
    private static final List<IndexReg> GENERAL =
            List.of(rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15);
    private static final List<Integer> VECTORS = IntStream.range(0, 32).boxed().toList();
    private static final List<KReg> MASKS = List.of(k0, k1, k2, k3, k4, k5, k6, k7);

    private Abis() {}

    /** A shuffled deal of the general registers: some pinned, some zero, some preserved, the others volatile. */
    private record Deal(
            List<IndexReg> order, int pinned, int zero, int preserved, int arguments, int results, boolean overlap) {
        /** Registers with a meaning of their own; RBP cannot have one. */
        private List<IndexReg> fixed() {
            return order.stream()
                    .filter(r -> r != rbp)
                    .limit(Math.min(pinned, 2) + zero)
                    .toList();
        }

        PinnedRegisters pins() {
            Optional<IndexReg> first = pinned > 0 ? Optional.of(fixed().get(0)) : Optional.empty();
            return switch (pinned) {
                case 2 -> new PinnedRegisters(first, Optional.of(fixed().get(1)));
                case 3 -> new PinnedRegisters(Optional.empty(), first);
                default -> new PinnedRegisters(first, Optional.empty());
            };
        }

        List<IndexReg> zeros() {
            return fixed().subList(fixed().size() - zero, fixed().size());
        }

        private List<IndexReg> others() {
            return order.stream().filter(r -> !fixed().contains(r)).toList();
        }

        List<IndexReg> kept() {
            return others().subList(0, Math.min(preserved, others().size() - 1));
        }

        private List<IndexReg> carriers() {
            List<IndexReg> carriers = new ArrayList<>(others());
            if (!overlap) {
                carriers.removeAll(kept());
            }
            return carriers;
        }

        List<IndexReg> passing() {
            return carriers().subList(0, Math.min(arguments, carriers().size()));
        }

        List<IndexReg> returning() {
            int first = results % carriers().size();
            return carriers()
                    .subList(first, Math.min(first + 1 + results % 2, carriers().size()));
        }
    }

    /** The same of the vectors, by number. */
    private record VectorDeal(
            List<Integer> order, List<Integer> widths, int preserved, int arguments, int results, boolean zero) {
        private List<Xmm> volatiles() {
            return order.subList(preserved, order.size()).stream()
                    .map(n -> xmm(n))
                    .toList();
        }

        List<PreservedVector> kept() {
            return IntStream.range(0, preserved)
                    .mapToObj(i -> new PreservedVector(order.get(i), widths.get(i)))
                    .toList();
        }

        List<Xmm> passing() {
            return volatiles().subList(0, arguments);
        }

        List<Xmm> returning() {
            return volatiles().subList(0, results);
        }

        List<Xmm> zeros() {
            return volatiles().stream()
                    .skip(Math.max(arguments, results))
                    .filter(v -> v.number() < 16)
                    .limit(zero ? 1 : 0)
                    .toList();
        }
    }

    /** Any description that does not contradict itself. */
    static Arbitrary<Abi> any() {
        Arbitrary<Deal> deals = Combinators.combine(
                        Arbitraries.shuffle(GENERAL),
                        Arbitraries.frequencyOf(number(2, 0, 0), number(1, 1, 3)),
                        Arbitraries.frequencyOf(number(3, 0, 0), number(1, 1, 2)),
                        Arbitraries.integers().between(0, 13),
                        Arbitraries.integers().between(0, 6),
                        Arbitraries.integers().between(0, 14),
                        Arbitraries.integers().between(0, 4).map(n -> n == 0))
                .as(Deal::new);
        Arbitrary<VectorDeal> vectors = Combinators.combine(
                        Arbitraries.shuffle(VECTORS),
                        Arbitraries.of(64, 128, 128, 256, 512).list().ofSize(16),
                        Arbitraries.integers().between(0, 16),
                        Arbitraries.integers().between(0, 8),
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.of(true, false))
                .as(VectorDeal::new);
        Arbitrary<List<KReg>> masks = Combinators.combine(
                        Arbitraries.shuffle(MASKS), Arbitraries.frequencyOf(number(2, 0, 0), number(1, 1, 8)))
                .as((order, count) -> order.subList(0, count));
        Arbitrary<ControlWords> controlWords = Combinators.combine(
                        Arbitraries.of(true, false), Arbitraries.of(true, false))
                .as(ControlWords::new);
        Arbitrary<GrowthCheck> growth = Arbitraries.of(
                GrowthCheck.NONE,
                new GrowthCheck.Probe(256),
                new GrowthCheck.Probe(1024),
                new GrowthCheck.Probe(4096),
                new GrowthCheck.Guard(16));
        return Combinators.combine(
                        deals,
                        vectors,
                        masks,
                        controlWords,
                        Arbitraries.integers(),
                        stackRules(),
                        growth,
                        threadBlocks())
                .as(Abis::describe);
    }

    private static Tuple.Tuple2<Integer, Arbitrary<? extends Integer>> number(int frequency, int low, int high) {
        return Tuple.of(frequency, Arbitraries.integers().between(low, high));
    }

    private static Arbitrary<StackRules> stackRules() {
        return Combinators.combine(
                        Arbitraries.of(8, 16, 32, 64),
                        Arbitraries.integers().between(0, 16),
                        Arbitraries.of(true, false, false),
                        Arbitraries.integers().between(0, 32),
                        Arbitraries.integers().between(0, 32))
                .as((alignment, shadow, spill, a, b) -> new StackRules(
                        alignment,
                        8 * shadow,
                        spill,
                        8 * Math.min(a, b),
                        8 * Math.max(a, b),
                        Math.abs(a - b) % 4 == 3));
    }

    private static Arbitrary<Optional<ThreadBlock>> threadBlocks() {
        Arbitrary<List<Integer>> offsets =
                Arbitraries.integers().between(0, 1000).list().uniqueElements().ofMaxSize(5);
        return offsets.map(list -> list.isEmpty()
                ? Optional.empty()
                : Optional.of(new ThreadBlock(
                        Segment.GS,
                        list.stream()
                                .map(o -> new ThreadBlock.Field("bound" + o, 8 * o))
                                .toList())));
    }

    private static Abi describe(
            Deal deal,
            VectorDeal vectors,
            List<KReg> masks,
            ControlWords controlWords,
            int choices,
            StackRules stack,
            GrowthCheck growth,
            Optional<ThreadBlock> threadBlock) {
        List<Register> zero = new ArrayList<>(deal.zeros());
        zero.addAll(vectors.zeros());
        boolean guarded = growth instanceof GrowthCheck.Guard && deal.pins().g().isEmpty();
        return new Abi(
                "random",
                new ArgumentRules(deal.passing(), vectors.passing(), (choices & 1) != 0),
                new ResultRules(deal.returning(), vectors.returning()),
                new PreservedSet(
                        deal.kept().stream().filter(r -> r != rbp).toList(),
                        deal.kept().contains(rbp),
                        vectors.kept(),
                        masks,
                        deal.overlap()),
                controlWords,
                new CallState(
                        (choices & 2) != 0 ? CallState.DirectionFlag.CLEAR : CallState.DirectionFlag.UNSPECIFIED, zero),
                stack,
                guarded ? GrowthCheck.NONE : growth,
                deal.pins(),
                threadBlock);
    }
}
