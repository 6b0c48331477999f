// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.encoding.BranchRelaxation;
import io.trapeze.emitter.operand.Label;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** The labels of one assembler and the places they are bound to: fixed bytes and gaps before them. */
final class Labels {
    private static final int UNBOUND = -1;
    private static final int EXTERNAL = -2;

    private final List<Label> labels = new ArrayList<>();
    private final Map<String, Label> externals = new HashMap<>();
    private int[] fixed = new int[8];
    private int[] gaps = new int[8];

    Label add() {
        return add(Label.of(this, labels.size(), "", false), UNBOUND);
    }

    Label add(String name) {
        return add(Label.of(this, labels.size(), name, false), UNBOUND);
    }

    Label external(String symbol) {
        return externals.computeIfAbsent(symbol, name -> add(Label.of(this, labels.size(), name, true), EXTERNAL));
    }

    private Label add(Label label, int place) {
        int index = label.index();
        if (index == fixed.length) {
            fixed = Arrays.copyOf(fixed, index * 2);
            gaps = Arrays.copyOf(gaps, index * 2);
        }
        fixed[index] = place;
        labels.add(label);
        return label;
    }

    Label get(int index) {
        return labels.get(index);
    }

    /** Whether a label is one of these; those made before the last {@link #clear} are not. */
    boolean owns(Label label) {
        return label.belongsTo(this) && label.index() < labels.size() && labels.get(label.index()) == label;
    }

    boolean isBound(Label label) {
        return fixed[label.index()] >= 0;
    }

    void bind(Label label, int fixedBefore, int gapsBefore) {
        fixed[label.index()] = fixedBefore;
        gaps[label.index()] = gapsBefore;
    }

    /** Binds a label some bytes from another, if that is bound and as many fixed bytes are there; returns whether it is so. */
    boolean bind(Label label, Label base, int bytes) {
        int place = isBound(base) ? fixed[base.index()] + bytes : UNBOUND;
        if (place >= 0) {
            bind(label, place, gaps[base.index()]);
        }
        return place >= 0;
    }

    /** Returns the bytes between two labels, if both are bound and no gap is between them. */
    OptionalInt distance(Label from, Label to) {
        boolean known = isBound(from) && isBound(to) && gaps[from.index()] == gaps[to.index()];
        return known ? OptionalInt.of(fixed[to.index()] - fixed[from.index()]) : OptionalInt.empty();
    }

    void requireBound(Label label) {
        if (fixed[label.index()] == UNBOUND) {
            throw new EncodingException(
                    "label '" + label + "' is used but was never bound: call bind(label) where it belongs");
        }
    }

    void layOut(BranchRelaxation relaxation) {
        relaxation.solve(fixed, gaps);
    }

    /** Returns the final offset of a bound label. */
    int offset(Label label, BranchRelaxation layout) {
        return layout.position(fixed[label.index()], gaps[label.index()]);
    }

    void clear() {
        labels.clear();
        externals.clear();
    }
}
