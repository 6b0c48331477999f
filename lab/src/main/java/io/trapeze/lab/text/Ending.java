// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.text;

import java.util.List;
import java.util.Optional;

/**
 * How a source's run ended.
 *
 * @param line the line of the source to look at; 0 if none is known
 * @param complaints what went wrong, sentences; empty if nothing did
 * @param log everything else that the process said
 */
public record Ending(int line, List<String> complaints, String log) {
    /** Whether all goroutines ended as they should. */
    public boolean fine() {
        return complaints.isEmpty();
    }

    static Ending tooLong(long seconds) {
        return new Ending(
                0,
                List.of("it had not ended after " + seconds
                        + " s and was stopped. Look for a loop without an end, or allow it" + " more with --timeout."),
                "");
    }

    /** Makes out what happened from the status of the process, where its code was, and what it wrote. */
    static Ending of(int status, CodeMap code, String log) {
        if (status == 0) {
            return new Ending(0, List.of(), log);
        }
        if (status == GoroutineProcess.GOROUTINE_FAILED) {
            return new Ending(0, log.lines().filter(line -> !line.isBlank()).toList(), "");
        }
        Optional<Crash> crash = Crash.of(status, log);
        if (crash.isEmpty()) {
            return new Ending(
                    0, List.of("its process ended with status " + status + ". --verbose shows what it wrote."), log);
        }
        Optional<CodeMap.Place> place = crash.get().pc().flatMap(code::at);
        return new Ending(
                place.map(CodeMap.Place::line).orElse(0),
                List.of("it was ended by " + crash.get().signal() + ": "
                        + crash.get().meaning()
                        + place.map(p -> ", at '" + p.text() + "'").orElse("") + "."),
                log);
    }
}
