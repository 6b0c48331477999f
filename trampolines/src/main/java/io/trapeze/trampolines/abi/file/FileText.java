// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The text of a file that may be anything. */
final class FileText {
    /** Bytes that are more than anybody writes: a complete description has about 2,000. */
    static final int LONGEST = 65_536;

    private FileText() {}

    /** Reads it; what is no text, or too long, is refused with a reason. */
    static String read(Path path) throws Refused {
        if (Files.isDirectory(path)) {
            throw new Refused("it is a folder; name a file");
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(LONGEST + 1);
            if (bytes.length > LONGEST) {
                throw new Refused("it is too large for an ABI file: more than " + LONGEST + " bytes");
            }
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            if (text.indexOf('\0') >= 0) {
                throw new Refused("it is no text; an ABI file is TOML");
            }
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new Refused("it is no text in UTF-8; an ABI file is TOML");
        } catch (NoSuchFileException e) {
            throw new Refused("there is no such file");
        } catch (AccessDeniedException e) {
            throw new Refused("no permission to read it");
        } catch (IOException e) {
            throw new Refused("it can't be read: " + e.getMessage());
        }
    }

    /** A file that cannot be read. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String why) {
            super(why);
        }
    }
}
