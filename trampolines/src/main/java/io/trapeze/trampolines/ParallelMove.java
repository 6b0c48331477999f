// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import java.util.ArrayList;
import java.util.List;

/** Moves between registers that happen all at once, as a sequence that never overwrites what is still to be moved. */
final class ParallelMove {
    private ParallelMove() {}

    /**
     * A move.
     *
     * @param to each register is the destination of one move at most
     * @param from may be the source of several
     * @param what is moved, for the listing
     */
    record Move<R>(R to, R from, String what) {}

    /**
     * One step of the sequence.
     *
     * @param move what is in place after it
     * @param swap whether the source gets what the destination held
     */
    record Step<R>(Move<R> move, boolean swap) {}

    /** Returns the sequence: chains from their end, and each cycle of n registers by n − 1 swaps. */
    static <R> List<Step<R>> sequence(List<Move<R>> moves) {
        List<Move<R>> waiting = new ArrayList<>(moves);
        waiting.removeIf(m -> m.to().equals(m.from()));
        List<Step<R>> steps = new ArrayList<>();
        while (!waiting.isEmpty()) {
            Move<R> next = waiting.stream()
                    .filter(m ->
                            waiting.stream().noneMatch(other -> other.from().equals(m.to())))
                    .findFirst()
                    .orElse(waiting.get(0));
            boolean swap = waiting.stream().anyMatch(other -> other.from().equals(next.to()));
            steps.add(new Step<>(next, swap));
            waiting.remove(next);
            if (swap) {
                waiting.replaceAll(m -> m.from().equals(next.to()) ? new Move<>(m.to(), next.from(), m.what()) : m);
                waiting.removeIf(m -> m.to().equals(m.from()));
            }
        }
        return steps;
    }
}
