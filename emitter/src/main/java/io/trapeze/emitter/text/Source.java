// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A text of assembler source and the name that errors call it by.
 *
 * @param name a file's name, or what stands for one
 * @param text the source, at most {@value #LONGEST} characters
 */
public record Source(String name, String text) {
    /** The most characters a text may have. */
    public static final int LONGEST = 1 << 22;

    /** Checks the arguments. */
    public Source {
        Objects.requireNonNull(name, "name");
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException(
                    name + " has more than " + LONGEST + " characters: split it into several");
        }
    }

    /** Returns a text that has no file. */
    public static Source of(String text) {
        return new Source("text", text);
    }

    /**
     * Reads a file in UTF-8, and no further than a text may reach: a device may have no end.
     *
     * @throws IOException if it can't be read, or is no text
     * @throws IllegalArgumentException if it is too long
     */
    public static Source read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            ByteBuffer bytes = ByteBuffer.wrap(in.readNBytes(4 * LONGEST));
            return new Source(
                    file.toString(),
                    StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
        } catch (MalformedInputException e) {
            throw new IOException(file + " is no text in UTF-8", e);
        }
    }

    /** Returns the name without folders and without {@code .s}: what the code of this source is called. */
    public String title() {
        String last = name.substring(name.lastIndexOf('/') + 1);
        String title = last.endsWith(".s") ? last.substring(0, last.length() - 2) : last;
        return title.isEmpty() ? name : title;
    }
}
