// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** A small file in the folder for temporary files that says which case runs, so that it is known whatever the case does. */
public final class CaseFile implements AutoCloseable {
    private final Path path;
    private final FileChannel file;
    private final String command;
    private final Thread atEnd = new Thread(this::interrupted);
    private volatile boolean undecided = true;
    private boolean kept;

    private CaseFile(Path path, FileChannel file, String command) {
        this.path = path;
        this.file = file;
        this.command = command;
    }

    /**
     * Makes one.
     *
     * @param command what to type to try the same cases again
     */
    public static CaseFile open(String command) {
        try {
            Path path = Files.createTempFile("trapeze-check-", ".txt");
            CaseFile file = new CaseFile(path, FileChannel.open(path, StandardOpenOption.WRITE), command);
            file.kept = true; // until it is known that all went well
            Runtime.getRuntime().addShutdownHook(file.atEnd);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("can't write to the folder for temporary files", e);
        }
    }

    /** Returns where it is. */
    Path path() {
        return path;
    }

    /** Notes the seed of the case that runs next. */
    public void note(long seed) {
        try {
            String text = "case %016x of: %s%n".formatted(seed, command);
            file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
        } catch (IOException e) {
            throw new UncheckedIOException("can't write " + path, e);
        }
    }

    /** Has it stay, however this ends: the case that was noted last went wrong. */
    public void keep() {
        undecided = false;
    }

    /** Returns where it stays, if something was wrong. */
    public Optional<String> keptUnless(boolean passed) {
        kept = !passed;
        undecided = false;
        return kept ? Optional.of(path.toString()) : Optional.empty();
    }

    /** Removes it if the JVM ends in order before anything was wrong: somebody has ended it, and knows why. */
    void interrupted() {
        if (undecided) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                // It stays in the folder for temporary files: nothing is lost.
            }
        }
    }

    /** Removes it if all went well. */
    @Override
    public void close() {
        undecided = false;
        try {
            Runtime.getRuntime().removeShutdownHook(atEnd);
        } catch (IllegalStateException e) {
            // The JVM is ending, and has looked at it or is about to.
        }
        try {
            file.close();
            if (!kept) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't remove " + path, e);
        }
    }
}
