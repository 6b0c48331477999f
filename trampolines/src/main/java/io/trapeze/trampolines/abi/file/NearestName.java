// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi.file;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** The name that somebody meant who typed another. */
public final class NearestName {
    private NearestName() {}

    /** Returns the name that starts so, or that takes the fewest typing errors, if they are few enough to be typing errors. */
    public static Optional<String> of(String typed, Collection<String> names) {
        String lower = typed.toLowerCase(Locale.ROOT);
        Optional<String> longer = names.stream()
                .filter(name -> lower.length() > 2 && name.startsWith(lower))
                .findFirst();
        return longer.or(() -> names.stream()
                .filter(name -> distance(lower, name) <= Math.max(1, name.length() / 3))
                .min(Comparator.comparing(name -> distance(lower, name))));
    }

    /** Returns the question that a message ends with, after a full stop; nothing if no name is near. */
    static String question(String typed, Collection<String> names) {
        return of(typed, names).map(name -> ". Did you mean " + name + "?").orElse("");
    }

    /** How many letters must be put in, left out, changed or swapped with the next (optimal string alignment). */
    private static int distance(String a, String b) {
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
