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
 * @param checked what was checked, a phrase; empty if the program's name says it all
 * @param figures what else is worth knowing, by what it is; in the order to show it
 */
public record ProgramReport(
        String name,
        List<String> failures,
        long switches,
        long upcalls,
        long preemptions,
        Duration elapsed,
        String checked,
        Map<String, Long> figures) {

    public ProgramReport {
        failures = List.copyOf(failures);
        figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
    }

    /** Makes the report of a program whose name says what it checks. */
    public ProgramReport(
            String name,
            List<String> failures,
            long switches,
            long upcalls,
            long preemptions,
            Duration elapsed,
            Map<String, Long> figures) {
        this(name, failures, switches, upcalls, preemptions, elapsed, "", figures);
    }

    /** Returns this report with what was checked. */
    public ProgramReport checking(String what) {
        return new ProgramReport(name, failures, switches, upcalls, preemptions, elapsed, what, figures);
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
