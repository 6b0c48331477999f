// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes whatever of the module's source is the same thing many times over: the typed instruction methods, memory operands,
 * registers.
 *
 * <p>Arguments: the table, and the directory for generated sources.
 */
public final class GenerateSources {
    private GenerateSources() {}

    /** Runs the generators. */
    public static void main(String[] arguments) throws IOException {
        GenerateInstructions.main(arguments);
        Path operands = Path.of(arguments[1], "io/trapeze/emitter/operand");
        Files.createDirectories(operands);
        write(operands.resolve("Mem.java"), MemorySource.text());
        write(operands.resolve("Registers.java"), RegistersSource.text());
    }

    /** Leaves a file alone that is as it should be, so that nothing is compiled anew. */
    private static void write(Path file, String source) throws IOException {
        if (!Files.exists(file) || !Files.readString(file).equals(source)) {
            Files.writeString(file, source);
        }
    }
}
