// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class FreeBlocksPropertyTest {

    private static final int SIZE = 512;

    private record Block(int offset, int size) {}

    /** Positive numbers take that many; others return the taken block of that index. */
    @Property
    void blocksNeverOverlapAndEverythingGivenBackIsOnePieceAgain(
            @ForAll @Size(max = 60) List<@IntRange(min = -20, max = 90) Integer> steps) {
        FreeBlocks blocks = new FreeBlocks(SIZE);
        BitSet model = new BitSet(SIZE);
        List<Block> taken = new ArrayList<>();
        for (int step : steps) {
            if (step > 0) {
                OptionalLong offset = blocks.take(step);
                assertThat(offset.isPresent()).isEqualTo(largestHole(model) >= step);
                if (offset.isPresent()) {
                    int at = (int) offset.getAsLong();
                    assertThat(model.get(at, at + step).isEmpty())
                            .as("bytes %d to %d were free", at, at + step)
                            .isTrue();
                    model.set(at, at + step);
                    taken.add(new Block(at, step));
                }
            } else if (!taken.isEmpty()) {
                Block block = taken.remove(-step % taken.size());
                blocks.give(block.offset(), block.size());
                model.clear(block.offset(), block.offset() + block.size());
            }
            assertThat(blocks.free()).isEqualTo(SIZE - model.cardinality());
            assertThat(blocks.largest()).isEqualTo(largestHole(model));
        }
        taken.forEach(block -> blocks.give(block.offset(), block.size()));
        assertThat(blocks.blocks()).isEqualTo(1);
        assertThat(blocks.largest()).isEqualTo(SIZE);
    }

    private static int largestHole(BitSet model) {
        int largest = 0;
        for (int from = model.nextClearBit(0); from < SIZE; ) {
            int end = model.nextSetBit(from);
            end = end < 0 ? SIZE : end;
            largest = Math.max(largest, end - from);
            from = model.nextClearBit(end);
        }
        return largest;
    }
}
