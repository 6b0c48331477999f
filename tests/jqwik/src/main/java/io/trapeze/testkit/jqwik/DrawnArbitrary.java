// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.jqwik;

import io.trapeze.testkit.generate.Drawn;
import io.trapeze.testkit.generate.Generator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCases;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.Shrinkable;
import net.jqwik.api.ShrinkingDistance;

/** A generator of the test kit as jqwik sees one: its values, its edges, and what is simpler. */
record DrawnArbitrary<T>(Generator<T> generator) implements Arbitrary<T> {
    @Override
    public RandomGenerator<T> generator(int tries) {
        return random -> new DrawnShrinkable<>(generator.draw(random));
    }

    @Override
    public EdgeCases<T> edgeCases(int most) {
        List<Supplier<Shrinkable<T>>> edges = generator.edges().stream()
                .limit(most)
                .<Supplier<Shrinkable<T>>>map(edge -> () -> new DrawnShrinkable<>(edge))
                .toList();
        return EdgeCases.fromSuppliers(edges);
    }

    private record DrawnShrinkable<T>(Drawn<T> drawn) implements Shrinkable<T> {
        @Override
        public T value() {
            return drawn.value();
        }

        @Override
        public Stream<Shrinkable<T>> shrink() {
            return drawn.simpler().map(DrawnShrinkable::new);
        }

        @Override
        public ShrinkingDistance distance() {
            return ShrinkingDistance.of(drawn.size());
        }
    }
}
