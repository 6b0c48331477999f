// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.isa.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/** What was counted, by name, and what failed. */
final class Tally {
    /** Counts encodings that were decoded to what they were made of. */
    static final String DECODED = "decoded to what was encoded";
    /** Counts texts that were compared with those of a listing. */
    static final String TEXTS = "texts as a listing prints them";

    /** Counts the milliseconds that batches took, of all threads together. */
    static final String MILLISECONDS = "milliseconds of all threads";

    private static final int EXAMPLES = 2;

    private final Map<String, Long> counts = new TreeMap<>();
    private final Map<String, List<String>> failures = new TreeMap<>();

    /** Adds to a count. */
    void count(String name, long number) {
        if (number != 0) {
            counts.merge(name, number, Long::sum);
        }
    }

    /** Returns a count. */
    long count(String name) {
        return counts.getOrDefault(name, 0L);
    }

    Map<String, Long> counts() {
        return counts;
    }

    /** Notes a failure. */
    void fail(String kind, Form form, String example) {
        failures.computeIfAbsent(kind + ": " + form, k -> new ArrayList<>()).add(example);
    }

    /** Returns, for each form with failures of this kind, how many there are, and examples. */
    List<String> failures(String kind) {
        return failures.entrySet().stream()
                .filter(e -> e.getKey().startsWith(kind))
                .map(e -> e.getKey() + " (" + e.getValue().size() + " times): "
                        + String.join(
                                "; ",
                                e.getValue()
                                        .subList(
                                                0,
                                                Math.min(EXAMPLES, e.getValue().size()))))
                .toList();
    }

    boolean failed() {
        return !failures.isEmpty();
    }

    /** Adds all that another one holds. */
    void add(Tally other) {
        other.counts.forEach(this::count);
        other.failures.forEach((kind, examples) ->
                failures.computeIfAbsent(kind, k -> new ArrayList<>()).addAll(examples));
    }

    /** Returns the counts in one line. */
    String line() {
        StringJoiner line = new StringJoiner("; ");
        counts.forEach((name, number) -> line.add(name + " = " + number));
        return line.toString();
    }

    /** Reads what {@link #line} wrote. */
    static Tally ofLine(String line) {
        Tally tally = new Tally();
        for (String entry : line.split("; ")) {
            int equals = entry.lastIndexOf(" = ");
            tally.count(entry.substring(0, equals), Long.parseLong(entry.substring(equals + 3)));
        }
        return tally;
    }
}
