// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.emitter.text.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A source named on the command line; {@code -} is standard input. */
final class SourceFile {
    private SourceFile() {}

    /**
     * Reads it.
     *
     * @throws CommandException if that is not possible
     */
    static Source read(String name, Shell shell) {
        try {
            return name.equals("-")
                    ? new Source("-", new String(shell.in().readNBytes(4 * Source.LONGEST), StandardCharsets.UTF_8))
                    : Source.read(Path.of(name));
        } catch (NoSuchFileException e) {
            throw new CommandException(Exit.USAGE, "there is no file " + name, "A source is named as in hello.s", e);
        } catch (AccessDeniedException e) {
            throw new CommandException(Exit.FAILED, "can't read " + name + ": no permission", "Name another file", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandException(
                    Exit.FAILED, "can't read " + name + ": " + e.getMessage(), "Name another file", e);
        }
    }
}
