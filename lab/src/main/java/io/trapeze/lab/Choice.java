// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The legal values of an argument, by name. Iterates over the names in the order they are shown.
 *
 * @param <T> what the names stand for
 */
class Choice<T> implements ITypeConverter<T>, Iterable<String> {
    private final String noun;
    private final Map<String, T> byName = new LinkedHashMap<>();

    /**
     * @param noun what one is called in a message
     */
    Choice(String noun, Stream<T> values, Function<T, String> name) {
        this.noun = noun;
        values.forEach(value -> byName.put(name.apply(value), value));
    }

    @Override
    public T convert(String name) {
        T value = byName.get(name);
        if (value == null) {
            throw new TypeConversionException(unknown(noun, name, byName.keySet()));
        }
        return value;
    }

    @Override
    public Iterator<String> iterator() {
        return byName.keySet().iterator();
    }

    /** Names all that can be chosen: a sentence. */
    String offer() {
        return offer(byName.keySet());
    }

    /** Says that there is no such name, which one may have been meant, and which there are. */
    static String unknown(String noun, String name, Set<String> names) {
        return "unknown " + noun + " '" + name + "'. "
                + nearest(name, names).map(n -> "Did you mean " + n + "? ").orElse("")
                + offer(names);
    }

    private static String offer(Set<String> names) {
        if (names.isEmpty()) {
            return "There is nothing to choose.";
        }
        String all = String.join(", ", names);
        int last = all.lastIndexOf(", ");
        return "Choose " + (last < 0 ? all : all.substring(0, last) + " or " + all.substring(last + 2)) + ".";
    }

    /** The name that starts so, or that takes the fewest typing errors, if they are few enough to be typing errors. */
    static Optional<String> nearest(String typed, Set<String> names) {
        String lower = typed.toLowerCase(Locale.ROOT);
        Optional<String> longer = names.stream()
                .filter(name -> lower.length() > 2 && name.startsWith(lower))
                .findFirst();
        return longer.or(() -> names.stream()
                .filter(name -> distance(lower, name) <= Math.max(1, name.length() / 3))
                .min(Comparator.comparing(name -> distance(lower, name))));
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
