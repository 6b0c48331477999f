// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.text;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A signal that ended a Java process.
 *
 * @param signal its name
 * @param pc where the processor was, if the VM could tell
 */
public record Crash(String signal, Optional<Long> pc) {
    private static final Pattern FATAL = Pattern.compile("#  (SIG[A-Z]+) \\(0x[0-9a-f]+\\) at pc=0x([0-9a-f]+)");
    private static final int SIGNALLED = 128;
    private static final Map<Integer, String> SIGNALS =
            Map.of(4, "SIGILL", 5, "SIGTRAP", 6, "SIGABRT", 7, "SIGBUS", 8, "SIGFPE", 9, "SIGKILL", 11, "SIGSEGV");
    private static final Map<String, String> MEANINGS = Map.of(
            "SIGSEGV",
                    "it touched memory that is not there, or may not be written, or is beyond its stack; or the instruction wants an"
                            + " aligned address, or is for operating systems only",
            "SIGBUS", "it touched memory that cannot be reached",
            "SIGILL", "this processor has no such instruction, or it is one that is none on purpose, such as ud2",
            "SIGFPE", "it divided by zero, or the quotient does not fit",
            "SIGTRAP", "it ran into a breakpoint, int3",
            "SIGKILL", "somebody ended its process");

    /** Makes it out from the status of the process and what it wrote; nothing if no signal ended it. */
    public static Optional<Crash> of(int status, String log) {
        Matcher fatal = FATAL.matcher(log);
        if (fatal.find()) {
            return Optional.of(new Crash(fatal.group(1), Optional.of(Long.parseUnsignedLong(fatal.group(2), 16))));
        }
        return Optional.ofNullable(SIGNALS.get(status - SIGNALLED)).map(signal -> new Crash(signal, Optional.empty()));
    }

    /** Returns what the signal says of the program. */
    public String meaning() {
        return MEANINGS.getOrDefault(signal, "a signal");
    }
}
