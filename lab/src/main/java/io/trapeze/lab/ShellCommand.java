// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Command lines that are shown to be copied to a POSIX shell. */
final class ShellCommand {
    private ShellCommand() {}

    static String of(Stream<String> words) {
        return words.map(ShellCommand::quoted).collect(Collectors.joining(" "));
    }

    /** In single quotes where the shell would take anything but the word itself. */
    private static String quoted(String word) {
        return word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
