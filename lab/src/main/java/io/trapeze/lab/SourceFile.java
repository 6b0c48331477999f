// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.emitter.text.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** A source named on the command line; {@code -} is standard input. */
final class SourceFile {
    /** No character takes more than three: those that take four count as two. */
    private static final int LONGEST_BYTES = 3 * Source.LONGEST;

    private SourceFile() {}

    /**
     * Reads it.
     *
     * @throws CommandException if that is not possible
     */
    static Source read(String name, Shell shell) {
        try {
            return name.equals("-")
                    ? new Source("-", new String(shell.in().readNBytes(LONGEST_BYTES + 1), StandardCharsets.UTF_8))
                    : Source.read(Path.of(name));
        } catch (InvalidPathException e) {
            throw new CommandException(
                    Exit.USAGE, "'" + name + "' is no name of a file: " + e.getReason(), "Name another file", e);
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    Exit.USAGE,
                    "can't read " + name + ": it has more than " + Source.LONGEST + " characters",
                    "Split it into several",
                    e);
        } catch (IOException e) {
            throw Unreadable.because(name, e, "A source is named as in hello.s");
        }
    }
}
