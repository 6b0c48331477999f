// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.generate;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A value that a generator has drawn, and what is simpler than it.
 *
 * @param <T> what is drawn; an equal value each time, though not the same object if it can be changed
 */
public interface Drawn<T> {
    /** Returns the value. */
    T value();

    /** Returns how far it is from the simplest value: 0 or more, and less for each of those that are simpler. */
    long size();

    /** Returns simpler values, the boldest simplifications first; none if there are none. */
    Stream<Drawn<T>> simpler();

    /** Returns the same with another kind of value made of it. */
    default <U> Drawn<U> map(Function<T, U> made) {
        Drawn<T> from = this;
        return new Drawn<>() {
            @Override
            public U value() {
                return made.apply(from.value());
            }

            @Override
            public long size() {
                return from.size();
            }

            @Override
            public Stream<Drawn<U>> simpler() {
                return from.simpler().map(drawn -> drawn.map(made));
            }
        };
    }

    /** Returns the simplest value to be found, step by step, that is still wrong. */
    default Drawn<T> simplest(Predicate<T> wrong) {
        Drawn<T> found = this;
        for (Optional<Drawn<T>> next = Optional.of(found); next.isPresent(); ) {
            found = next.get();
            next = found.simpler().filter(drawn -> wrong.test(drawn.value())).findFirst();
        }
        return found;
    }
}
