// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.trampolines.ParallelMove.Move;
import io.trapeze.trampolines.ParallelMove.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

@Label("Moves that happen all at once")
class ParallelMovePropertyTest {
    @Provide
    Arbitrary<List<Move<Integer>>> moves() {
        List<Integer> registers = IntStream.range(0, 8).boxed().toList();
        return Combinators.combine(
                        Arbitraries.shuffle(registers),
                        Arbitraries.shuffle(registers),
                        Arbitraries.of(registers).list().ofSize(8),
                        Arbitraries.integers().between(0, 8),
                        Arbitraries.of(true, false))
                .as((to, permuted, any, count, permutation) -> IntStream.range(0, count)
                        .mapToObj(i -> new Move<>(to.get(i), permutation ? permuted.get(i) : any.get(i), ""))
                        .toList());
    }

    @Property
    void bringEachValueWhereItBelongs(@ForAll("moves") List<Move<Integer>> moves) {
        List<Integer> registers = new ArrayList<>(IntStream.range(0, 8).boxed().toList());
        for (Step<Integer> step : ParallelMove.sequence(moves)) {
            int lost = registers.get(step.move().to());
            registers.set(step.move().to(), registers.get(step.move().from()));
            if (step.swap()) {
                registers.set(step.move().from(), lost);
            }
        }
        assertThat(moves).allSatisfy(m -> assertThat(registers.get(m.to())).isEqualTo(m.from()));
    }
}
