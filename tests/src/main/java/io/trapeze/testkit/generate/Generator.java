// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.generate;

import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * A source of values for tests: the same random numbers make the same value.
 *
 * @param <T> what is drawn
 */
public interface Generator<T> {
    /** Draws a value. */
    Drawn<T> draw(RandomGenerator random);

    /** Returns the values at the edges, which chance would hardly ever draw. */
    List<Drawn<T>> edges();

    /** Returns a generator of what is made of these values. */
    default <U> Generator<U> map(Function<T, U> made) {
        Generator<T> from = this;
        return new Generator<>() {
            @Override
            public Drawn<U> draw(RandomGenerator random) {
                return from.draw(random).map(made);
            }

            @Override
            public List<Drawn<U>> edges() {
                return from.edges().stream().map(edge -> edge.map(made)).toList();
            }
        };
    }
}
