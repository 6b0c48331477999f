// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.program;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a program did and whether all of it was right.
 *
 * @param name the program's name
 * @param failures the checks that failed, each with what was expected and found; empty if it is verified
 * @param switches how often control went from one goroutine to another, by any primitive
 * @param upcalls calls from goroutines into Java
 * @param preemptions how often a signal took the processor from a goroutine
 * @param elapsed from the first goroutine's start to the last one's end
 * @param figures what else is worth knowing, by what it is; in the order to show it
 */
public record ProgramReport(
        String name,
        List<String> failures,
        long switches,
        long upcalls,
        long preemptions,
        Duration elapsed,
        Map<String, Long> figures) {

    public ProgramReport {
        failures = List.copyOf(failures);
        figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
    }

    /** The report of a program that did not get to its end. */
    public static ProgramReport broken(String name, String failure, Duration elapsed) {
        return new ProgramReport(name, List.of(failure), 0, 0, 0, elapsed, Map.of());
    }

    /** Whether every check held. */
    public boolean verified() {
        return failures.isEmpty();
    }
}
