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
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** A file that a command writes: it has all the bytes, or it is as it was before. */
final class OutputFile {
    private static final String FOLDER = "it is a folder";
    private static final String OTHERWISE = "Name another file";

    /** Until it has all the bytes, nobody else may read what not everybody may read. */
    private static final FileAttribute<Set<PosixFilePermission>> OURS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

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
            throw refused(Exit.USAGE, file.toString(), FOLDER, OTHERWISE + " with " + option, null);
        }
        if (folder != null && !Files.isDirectory(folder)) {
            throw refused(
                    Exit.USAGE, file.toString(), "there is no folder " + folder, OTHERWISE + " with " + option, null);
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
        if (file.toString().isEmpty()) {
            throw refused(Exit.FAILED, "''", "it is no name", next, null);
        }
        String name = file.toString();
        if (Files.isDirectory(file)) {
            throw refused(Exit.FAILED, name, FOLDER, next, null);
        }
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                Files.write(file, bytes, StandardOpenOption.WRITE);
            } else {
                replace(Files.exists(file) ? file.toRealPath() : file.toAbsolutePath(), bytes, executable);
            }
        } catch (AccessDeniedException e) {
            throw refused(Exit.FAILED, name, "no permission to write there", next, e);
        } catch (IOException e) {
            throw refused(Exit.FAILED, name, reason(file, e), next, e);
        }
    }

    /** What the system says is often about the draft, which the user knows nothing of. */
    private static String reason(Path file, IOException error) {
        Path folder = file.getParent() == null ? file.toAbsolutePath().getParent() : file.getParent();
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            return folder + " is no folder";
        } else if (error instanceof NoSuchFileException) {
            return Files.exists(folder) ? folder + " takes no new files" : "there is no folder " + folder;
        }
        return Unreadable.reason(error);
    }

    private static void replace(Path file, byte[] bytes, boolean executable) throws IOException {
        // In the same folder, so that the move stays within one file system; the file's own name may be too long
        // already.
        Path draft = file.resolveSibling(".trapeze." + ProcessHandle.current().pid());
        try {
            Files.deleteIfExists(draft);
            Optional<Set<PosixFilePermission>> mode = mode(file);
            Files.createFile(draft, mode.isPresent() ? new FileAttribute<?>[] {OURS} : new FileAttribute<?>[0]);
            Files.write(draft, bytes, StandardOpenOption.WRITE);
            if (mode.isPresent()) {
                Files.setPosixFilePermissions(draft, mode.get());
            }
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

    /** Who may do what with a file that is there, where the system tells. */
    private static Optional<Set<PosixFilePermission>> mode(Path file) throws IOException {
        boolean told = Files.exists(file) && Files.getFileStore(file).supportsFileAttributeView("posix");
        return told ? Optional.of(Files.getPosixFilePermissions(file)) : Optional.empty();
    }

    private static CommandException refused(int exit, String file, String why, String next, IOException cause) {
        return new CommandException(exit, "can't write " + file + ": " + why, next, cause);
    }
}
