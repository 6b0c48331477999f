// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.museum;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A change to each line of code that is like a pattern.
 *
 * @param like what the whole line is like
 * @param instead the lines that take its place, with {@code $1} for what the pattern's first group was; none to leave it out
 */
public record Edit(Pattern like, List<String> instead) {
    /** Copies the list. */
    public Edit {
        instead = List.copyOf(instead);
    }

    /** Returns what takes a line's place, if it is like the pattern. */
    Optional<List<String>> of(String line) {
        Matcher matcher = like.matcher(line);
        return matcher.matches()
                ? Optional.of(instead.stream().map(matcher::replaceFirst).toList())
                : Optional.empty();
    }
}
