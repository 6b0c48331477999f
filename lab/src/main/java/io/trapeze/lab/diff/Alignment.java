// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.diff;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Which lines of two sequences belong together: the common subsequence that is worth most, as {@code diff} finds the longest.
 * Lines are worth more the more they have in common of what they do and why they are there; their text matters least.
 */
final class Alignment {
    /**
     * Two lines that belong together, or one alone.
     *
     * @param left of the first sequence
     * @param right of the second one
     */
    record Pair(Optional<Line> left, Optional<Line> right) {
        boolean isBoth() {
            return left.isPresent() && right.isPresent();
        }

        boolean isSame() {
            return isBoth() && left.get().text().equals(right.get().text());
        }
    }

    private Alignment() {}

    /** Returns all lines in order; those that are only in one sequence stand before those only in the other. */
    static List<Pair> of(List<Line> left, List<Line> right) {
        int[][] best = new int[left.size() + 1][right.size() + 1];
        for (int i = left.size() - 1; i >= 0; i--) {
            for (int j = right.size() - 1; j >= 0; j--) {
                int worth = worth(left.get(i), right.get(j));
                int together = worth == 0 ? 0 : worth + best[i + 1][j + 1];
                best[i][j] = Math.max(together, Math.max(best[i + 1][j], best[i][j + 1]));
            }
        }
        List<Pair> pairs = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < left.size() || j < right.size()) {
            int worth = i < left.size() && j < right.size() ? worth(left.get(i), right.get(j)) : 0;
            if (worth > 0 && best[i][j] == worth + best[i + 1][j + 1]) {
                pairs.add(new Pair(Optional.of(left.get(i++)), Optional.of(right.get(j++))));
            } else if (j == right.size() || i < left.size() && best[i][j] == best[i + 1][j]) {
                pairs.add(new Pair(Optional.of(left.get(i++)), Optional.empty()));
            } else {
                pairs.add(new Pair(Optional.empty(), Optional.of(right.get(j++))));
            }
        }
        return Collections.unmodifiableList(pairs);
    }

    /** Returns how much two lines have in common; 0 if they do not belong together. */
    private static int worth(Line left, Line right) {
        if (!left.mnemonic().equals(right.mnemonic())) {
            return 0;
        }
        boolean sameText = left.text().equals(right.text());
        boolean sameReason = left.reason().equals(right.reason());
        if (left.key().equals(right.key())) {
            return 4 + (sameReason ? 2 : 0) + (sameText ? 1 : 0);
        }
        boolean sameNotes =
                sameReason && !left.reason().isEmpty() && left.rule().equals(right.rule());
        return sameText ? 3 : sameNotes ? 2 : 0;
    }
}
