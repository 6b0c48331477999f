// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Guesses what somebody meant to write. */
public final class Spelling {
    private static final int LONGEST = 40;

    private Spelling() {}

    /** Returns the name that takes the fewest typing errors to become {@code typed}, if they are few enough to be that. */
    public static Optional<String> nearest(String typed, Collection<String> names) {
        return names.stream()
                .filter(name -> Math.abs(name.length() - typed.length()) <= 2 && typed.length() <= LONGEST)
                .filter(name -> errors(typed, name) <= Math.max(1, name.length() / 3))
                .min(Comparator.<String>comparingInt(name -> errors(typed, name))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** Returns {@code ", did you mean 'x'?"} or nothing. */
    static String hint(String typed, Collection<String> names) {
        return nearest(typed, names)
                .map(name -> "; did you mean '" + name + "'?")
                .orElse("");
    }

    /** Returns how many letters must be put in, left out, changed or swapped with the next (optimal string alignment). */
    public static int errors(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                boolean same = a.charAt(i - 1) == b.charAt(j - 1);
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
