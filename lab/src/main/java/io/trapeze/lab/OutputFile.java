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
    private OutputFile() {}

    /**
     * Writes a file. A symbolic link is followed; a device or pipe is written to.
     *
     * @throws CommandException if that is not possible
     */
    static void write(Path file, byte[] bytes) {
        write(file, bytes, false);
    }

    /**
     * Writes a file, and makes it one that can be run, where the system has a mark for that.
     *
     * @throws CommandException if that is not possible
     */
    static void write(Path file, byte[] bytes, boolean executable) {
        if (Files.isDirectory(file)) {
            throw refused(file, "it is a folder", null);
        }
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                Files.write(file, bytes, StandardOpenOption.WRITE);
            } else {
                replace(Files.exists(file) ? file.toRealPath() : file.toAbsolutePath(), bytes, executable);
            }
        } catch (NoSuchFileException e) {
            throw refused(file, "there is no folder " + file.toAbsolutePath().getParent(), e);
        } catch (AccessDeniedException e) {
            throw refused(file, "no permission to write there", e);
        } catch (IOException e) {
            throw refused(file, e.getMessage(), e);
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

    private static CommandException refused(Path file, String why, IOException cause) {
        return new CommandException(
                Exit.FAILED, "can't write " + file + ": " + why, "Name another file with -o", cause);
    }
}
