// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.text;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a source's run ended.
 *
 * @param line the line of the source to look at; 0 if none is known
 * @param complaints what went wrong, sentences; empty if nothing did
 * @param log everything else that the process said
 */
public record Ending(int line, List<String> complaints, String log) {
    private static final Pattern FATAL = Pattern.compile("#  (SIG[A-Z]+) \\(0x[0-9a-f]+\\) at pc=0x([0-9a-f]+)");
    private static final int SIGNALLED = 128;
    private static final Map<Integer, String> SIGNALS =
            Map.of(4, "SIGILL", 5, "SIGTRAP", 6, "SIGABRT", 7, "SIGBUS", 8, "SIGFPE", 9, "SIGKILL", 11, "SIGSEGV");
    private static final Map<String, String> MEANINGS = Map.of(
            "SIGSEGV", "it touched memory that is not there, or may not be written, or is beyond its stack",
            "SIGBUS", "it touched memory that cannot be reached",
            "SIGILL", "this processor has no such instruction, or it is one that is none on purpose, such as ud2",
            "SIGFPE", "it divided by zero, or the quotient does not fit",
            "SIGTRAP", "it ran into a breakpoint, int3",
            "SIGKILL", "somebody ended its process");

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
        Matcher fatal = FATAL.matcher(log);
        boolean told = fatal.find();
        String signal = told ? fatal.group(1) : SIGNALS.getOrDefault(status - SIGNALLED, "");
        if (signal.isEmpty()) {
            return new Ending(
                    0, List.of("its process ended with status " + status + ". --verbose shows what it wrote."), log);
        }
        Optional<CodeMap.Place> place = told ? code.at(Long.parseUnsignedLong(fatal.group(2), 16)) : Optional.empty();
        return new Ending(
                place.map(CodeMap.Place::line).orElse(0),
                List.of("it was ended by " + signal + ": " + MEANINGS.getOrDefault(signal, "a signal")
                        + place.map(p -> ", at '" + p.text() + "'").orElse("") + "."),
                log);
    }
}
