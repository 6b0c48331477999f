// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file that a command writes: it has all the bytes, or it is as it was before. */
final class OutputFile {
    private static final String FOLDER = "it is a folder";
    private static final String OTHERWISE = "Name another file";

    private OutputFile() {}

    /**
     * Requires that a file can be written, as far as that can be told without doing it.
     *
     * @param option which names it
     * @throws CommandException if its folder is missing, or it is one
     */
    static void require(Path file, String option) {
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file)) {
            throw refused(Exit.USAGE, file, FOLDER, OTHERWISE + " with " + option, null);
        }
        if (folder != null && !Files.isDirectory(folder)) {
            throw refused(Exit.USAGE, file, "there is no folder " + folder, OTHERWISE + " with " + option, null);
        }
    }

    /**
     * Writes a file that is an argument. A symbolic link is followed; a device or pipe is written to.
     *
     * @throws CommandException if that is not possible
     */
    static void write(Path file, byte[] bytes) {
        write(file, bytes, false, OTHERWISE);
    }

    /**
     * Writes a file that an option names, and makes it one that can be run if that is wanted, where the system has a mark for that.
     *
     * @throws CommandException if that is not possible
     */
    static void write(Path file, String option, byte[] bytes, boolean executable) {
        write(file, bytes, executable, OTHERWISE + " with " + option);
    }

    private static void write(Path file, byte[] bytes, boolean executable, String next) {
        if (Files.isDirectory(file)) {
            throw refused(Exit.FAILED, file, FOLDER, next, null);
        }
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                Files.write(file, bytes, StandardOpenOption.WRITE);
            } else {
                replace(Files.exists(file) ? file.toRealPath() : file.toAbsolutePath(), bytes, executable);
            }
        } catch (NoSuchFileException e) {
            throw refused(
                    Exit.FAILED,
                    file,
                    "there is no folder " + file.toAbsolutePath().getParent(),
                    next,
                    e);
        } catch (AccessDeniedException e) {
            throw refused(Exit.FAILED, file, "no permission to write there", next, e);
        } catch (IOException e) {
            throw refused(Exit.FAILED, file, e.getMessage(), next, e);
        }
    }

    private static void replace(Path file, byte[] bytes, boolean executable) throws IOException {
        // In the same folder, so that the move stays within one file system.
        Path draft = file.resolveSibling(
                "." + file.getFileName() + "." + ProcessHandle.current().pid());
        try {
            Files.write(
                    draft,
                    bytes,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE);
            if (executable && !draft.toFile().setExecutable(true, false)) {
                throw new IOException("it can't be made executable there");
            }
            try {
                Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private static CommandException refused(int exit, Path file, String why, String next, IOException cause) {
        return new CommandException(exit, "can't write " + file + ": " + why, next, cause);
    }
}
