// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.text;

import java.io.IOException;
import java.io.Reader;
import java.nio.CharBuffer;
import java.nio.charset.MalformedInputException;
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
        CharBuffer text = CharBuffer.allocate(LONGEST + 1);
        try (Reader in = Files.newBufferedReader(file)) {
            while (in.read(text) > 0) {
                // to its end, or to one character too many
            }
            return new Source(file.toString(), text.flip().toString());
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
