// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import io.trapeze.emitter.operand.KReg;
import io.trapeze.trampolines.RandomAbi.Deal;
import io.trapeze.trampolines.RandomAbi.VectorDeal;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ControlWords;
import io.trapeze.trampolines.abi.StackRules;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** {@linkplain RandomAbi Conventions that nobody uses}, for properties: what fails is made as plain as it can be. */
final class Abis {
    private Abis() {}

    /** Any description that does not contradict itself. */
    static Arbitrary<Abi> any() {
        Arbitrary<Deal> deals = Combinators.combine(
                        Arbitraries.shuffle(RandomAbi.GENERAL),
                        Arbitraries.frequencyOf(number(2, 0, 0), number(1, 1, 3)),
                        Arbitraries.frequencyOf(number(3, 0, 0), number(1, 1, 2)),
                        Arbitraries.integers().between(0, 13),
                        Arbitraries.integers().between(0, 6),
                        Arbitraries.integers().between(0, 14),
                        Arbitraries.integers().between(0, 4).map(n -> n == 0))
                .as(Deal::new);
        Arbitrary<VectorDeal> vectors = Combinators.combine(
                        Arbitraries.shuffle(RandomAbi.VECTORS),
                        Arbitraries.of(RandomAbi.WIDTHS).list().ofSize(16),
                        Arbitraries.integers().between(0, 16),
                        Arbitraries.integers().between(0, 8),
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.of(true, false))
                .as(VectorDeal::new);
        Arbitrary<List<KReg>> masks = Combinators.combine(
                        Arbitraries.shuffle(RandomAbi.MASKS), Arbitraries.frequencyOf(number(2, 0, 0), number(1, 1, 8)))
                .as((order, count) -> order.subList(0, count));
        Arbitrary<ControlWords> controlWords = Combinators.combine(
                        Arbitraries.of(true, false), Arbitraries.of(true, false))
                .as(ControlWords::new);
        Arbitrary<List<Integer>> bounds =
                Arbitraries.integers().between(0, 1000).list().uniqueElements().ofMaxSize(5);
        return Combinators.combine(
                        deals,
                        vectors,
                        masks,
                        controlWords,
                        Arbitraries.integers(),
                        stackRules(),
                        Arbitraries.of(RandomAbi.GROWTH),
                        bounds)
                .as(RandomAbi::new)
                .map(RandomAbi::abi);
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
                .as(RandomAbi::stackRules);
    }
}
