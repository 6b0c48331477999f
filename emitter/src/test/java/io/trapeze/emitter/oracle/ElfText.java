// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The code in a relocatable object, as the ELF specification lays it out. */
public final class ElfText {
    private static final int SECTION_TABLE = 0x28;
    private static final int SECTION_SIZE = 0x3A;
    private static final int SECTION_COUNT = 0x3C;
    private static final int EXECUTABLE = 4;

    private ElfText() {}

    /** Returns the bytes of the first executable section. */
    public static byte[] read(Path object) {
        try {
            byte[] file = Files.readAllBytes(object);
            ByteBuffer elf = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
            int at = (int) elf.getLong(SECTION_TABLE);
            for (int i = elf.getShort(SECTION_COUNT); i > 0; i--) {
                if ((elf.getLong(at + 8) & EXECUTABLE) != 0) {
                    int start = (int) elf.getLong(at + 0x18);
                    return Arrays.copyOfRange(file, start, start + (int) elf.getLong(at + 0x20));
                }
                at += elf.getShort(SECTION_SIZE);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new AssertionError(object + " has no executable section");
    }
}
