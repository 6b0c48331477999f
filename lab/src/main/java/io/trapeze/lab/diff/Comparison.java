// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.diff;

import io.trapeze.lab.abi.RuleDifference;
import io.trapeze.lab.explain.Walk;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A primitive's code for two conventions, line by line.
 *
 * @param primitive its symbol
 * @param left the first convention's name
 * @param right the second one's
 * @param rows all lines, those that belong together in one row
 */
public record Comparison(String primitive, String left, String right, List<Row> rows) {
    /** How the two sides of a row compare. */
    public enum Kind {
        /** The same instruction. */
        SAME,
        /** The same task, another instruction. */
        CHANGED,
        /** Only for the first convention. */
        LEFT,
        /** Only for the second one. */
        RIGHT
    }

    /**
     * One side of a row.
     *
     * @param step the instruction's number, from 1
     * @param offset bytes from the primitive's start
     * @param text Intel syntax
     * @param shortText the same without what an assembler knows by itself
     * @param reason why the generator put it there; may be empty
     * @param rule the path of the rule that it serves; may be empty
     */
    public record Side(int step, int offset, String text, String shortText, String reason, String rule) {}

    /**
     * One row.
     *
     * @param causes the rules that make its sides differ; none where they are the same
     */
    public record Row(Kind kind, Optional<Side> left, Optional<Side> right, List<RuleDifference> causes) {
        /** Copies the list. */
        public Row {
            causes = List.copyOf(causes);
        }
    }

    /** Copies the list. */
    public Comparison {
        rows = List.copyOf(rows);
    }

    /**
     * Compares.
     *
     * @param saveSet the vectors that async_preempt saves
     * @throws io.trapeze.trampolines.abi.AbiException if the primitive can't be generated for one of the two
     */
    public static Comparison of(Primitive primitive, Abi left, Abi right, SaveSet saveSet) {
        Walk one = Walk.through(primitive, left, saveSet);
        Walk other = Walk.through(primitive, right, saveSet);
        Causes causes = new Causes(one, other, saveSet);
        List<Row> rows = new ArrayList<>();
        for (Alignment.Pair pair : Alignment.of(Line.of(one), Line.of(other))) {
            rows.add(new Row(
                    kind(pair),
                    pair.left().map(Comparison::side),
                    pair.right().map(Comparison::side),
                    pair.isSame() ? List.of() : causes.of(pair)));
        }
        return new Comparison(primitive.symbol(), left.name(), right.name(), rows);
    }

    /** Returns how many rows are of a kind. */
    public long count(Kind kind) {
        return rows.stream().filter(row -> row.kind() == kind).count();
    }

    /** Whether both are the same, instruction by instruction. */
    public boolean isSame() {
        return count(Kind.SAME) == rows.size();
    }

    private static Kind kind(Alignment.Pair pair) {
        if (pair.isBoth()) {
            return pair.isSame() ? Kind.SAME : Kind.CHANGED;
        }
        return pair.left().isPresent() ? Kind.LEFT : Kind.RIGHT;
    }

    private static Side side(Line line) {
        return new Side(
                line.step().number(),
                line.step().instruction().offset(),
                line.text(),
                CompactText.of(line.step().instruction()),
                line.reason(),
                line.rule());
    }
}
