// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa.build;

import io.trapeze.emitter.isa.FormPacker;
import io.trapeze.emitter.isa.InstructionTable;
import io.trapeze.emitter.isa.WrittenTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes whatever of the module's source is the same thing many times over: the typed instruction methods, memory operands,
 * registers. Packs the table, too.
 *
 * <p>Arguments: the table, and the directories for generated sources and for classes.
 */
public final class GenerateSources {
    private GenerateSources() {}

    /** Runs the generators. */
    public static void main(String[] arguments) throws IOException {
        String written = Files.readString(Path.of(arguments[0]));
        InstructionTable table = WrittenTable.read(written);
        Path emitter = Path.of(arguments[1], "io/trapeze/emitter");
        Files.createDirectories(emitter);
        InstructionsSource instructions = new InstructionsSource(table, WrittenTable.classes(written));
        for (InstructionClass each : InstructionClass.values()) {
            write(emitter.resolve(each.javaName() + ".java"), instructions.of(each));
        }
        Path operands = emitter.resolve("operand");
        Files.createDirectories(operands);
        write(operands.resolve("Mem.java"), MemorySource.all());
        write(operands.resolve("Broadcast.java"), MemorySource.broadcasts());
        write(operands.resolve("BasicRegisters.java"), RegistersSource.basic());
        write(operands.resolve("Registers.java"), RegistersSource.all());
        RegisterTypes.write(operands);
        Path packed = Path.of(arguments[2], "io/trapeze/emitter/isa", FormPacker.RESOURCE);
        Files.createDirectories(packed.getParent());
        Files.write(packed, FormPacker.pack(table));
    }

    /** Leaves a file alone that is as it should be, so that nothing is compiled anew. */
    static void write(Path file, String source) throws IOException {
        if (!Files.exists(file) || !Files.readString(file).equals(source)) {
            Files.writeString(file, source);
        }
    }
}
