// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Random control-flow graphs laid out by us and by GNU as. */
final class Relaxation {
    private static final int MOST_BLOCKS = 6_000;

    private final Random random;
    private final List<String> differences = new ArrayList<>();
    private int programs;
    private int branches;
    private long bytes;
    private long theirBytes;

    Relaxation(long seed) {
        this.random = new Random(seed);
    }

    /** Tries graphs until they have {@code wanted} branches in all. */
    void run(int wanted, Path directory) {
        while (branches < wanted) {
            ControlFlow.Style style = ControlFlow.Style.values()[programs % ControlFlow.Style.values().length];
            compare(new ControlFlow(random, style, 1 + random.nextInt(MOST_BLOCKS), random.nextBoolean()), directory);
        }
    }

    private void compare(ControlFlow graph, Path directory) {
        byte[] ours = graph.code();
        byte[] source = graph.source();
        byte[] theirs = ReferenceAssembler.GNU_AS
                .assemble(directory, source, source.length)
                .orElseThrow(() -> new AssertionError("GNU as refuses graph " + programs));
        for (String mistake : graph.mistakes(ours)) {
            differences.add("graph %d: %s".formatted(programs, mistake));
        }
        if (ours.length > theirs.length || !graph.aligned() && !Arrays.equals(ours, theirs)) {
            differences.add("graph %d: %d bytes, GNU as %d".formatted(programs, ours.length, theirs.length));
        }
        programs++;
        branches += graph.branches();
        bytes += ours.length;
        theirBytes += theirs.length;
    }

    List<String> differences() {
        return differences;
    }

    @Override
    public String toString() {
        return "%,d branches in %,d graphs: %,d bytes, GNU as %,d".formatted(branches, programs, bytes, theirBytes);
    }
}
