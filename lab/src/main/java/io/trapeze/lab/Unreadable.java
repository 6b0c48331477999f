// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Why a file that is named on the command line can't be read. */
final class Unreadable {
    private Unreadable() {}

    /**
     * Returns what to tell: to name what is no file is wrong usage.
     *
     * @param next what to do where there is no such file, a sentence without its full stop
     */
    static CommandException because(String name, IOException error, String next) {
        boolean absent = !(error instanceof AccessDeniedException) && !Files.exists(Path.of(name)); // as "file/x" is
        if (error instanceof NoSuchFileException || absent) {
            return new CommandException(Exit.USAGE, "there is no file " + name, next, error);
        } else if (Files.isDirectory(Path.of(name))) {
            return new CommandException(Exit.USAGE, name + " is a folder", "Name a file", error);
        }
        return new CommandException(
                Exit.FAILED, "can't read " + name + ": " + reason(error), "Name another file", error);
    }

    /** The message of a file system's refusal is often the file's name alone. */
    static String reason(IOException error) {
        if (error instanceof AccessDeniedException) {
            return "no permission";
        }
        return error instanceof FileSystemException file && file.getReason() != null
                ? file.getReason()
                : error.getMessage();
    }
}
