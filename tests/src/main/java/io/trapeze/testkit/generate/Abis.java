// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.generate;

import io.trapeze.trampolines.RandomAbi;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Draws {@linkplain RandomAbi calling conventions that nobody uses} but that do not contradict themselves; the built-in ones are the
 * edges. Not every primitive can be written for every one: it is refused where too few scratch registers are left.
 *
 * @param widest the vector and mask registers that may be preserved
 */
public record Abis(SaveSet widest) implements Generator<Abi> {
    @Override
    public Drawn<Abi> draw(RandomGenerator random) {
        return new Choices(RandomAbi.deal(new Random(random.nextLong()), widest)).map(RandomAbi::abi);
    }

    @Override
    public List<Drawn<Abi>> edges() {
        return Abi.builtIn().stream()
                .filter(abi -> SaveSet.neededBy(abi).fits(widest))
                .<Drawn<Abi>>map(BuiltIn::new)
                .toList();
    }

    private record Choices(RandomAbi value) implements Drawn<RandomAbi> {
        @Override
        public long size() {
            return value.size();
        }

        @Override
        public Stream<Drawn<RandomAbi>> simpler() {
            return value.simpler().map(Choices::new);
        }
    }

    private record BuiltIn(Abi value) implements Drawn<Abi> {
        @Override
        public long size() {
            return 0;
        }

        @Override
        public Stream<Drawn<Abi>> simpler() {
            return Stream.empty();
        }
    }
}
