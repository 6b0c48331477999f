// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Takes a part of a plan through everything there is to compare with: one thread's worth of work. */
final class Differential {
    private final Plan plan;
    private final int shown;
    private final Batch batch = new Batch();
    private final Generator generator = new Generator(batch);
    private final List<Comparison> comparisons = new ArrayList<>();
    private final Disassembler disassembler;

    /**
     * Makes one.
     *
     * @param shown of every so many encodings one is given to objdump
     * @param parent a directory for the files that the programs read and write
     */
    Differential(Plan plan, int shown, Path parent) {
        this.plan = plan;
        this.shown = shown;
        for (ReferenceAssembler assembler : ReferenceAssembler.values()) {
            if (assembler.tool().present()) {
                comparisons.add(new Comparison(assembler, directory(parent)));
            }
        }
        this.disassembler = new Disassembler(directory(parent));
    }

    private static Path directory(Path parent) {
        try {
            return Files.createTempDirectory(parent, "files");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Tries the elements from place {@code from} up to, and without, {@code to}. */
    Tally run(long from, long to) {
        Tally tally = new Tally();
        batch.clear();
        generator.noteIn(tally);
        plan.forEach(from, to, generator::add);
        Map<String, Long> families = new TreeMap<>();
        for (int i = 0; i < batch.size(); i++) {
            families.merge(Family.of(batch.form(i)).title(), 1L, Long::sum);
        }
        families.forEach(tally::count);
        tally.count(Tally.DECODED, batch.size());
        if (batch.size() > 0) {
            comparisons.forEach(comparison -> comparison.compare(batch, tally));
            if (Tool.OBJDUMP.present()) {
                disassemble(tally);
            }
        }
        return tally;
    }

    private void disassemble(Tally tally) {
        Batch some = new Batch();
        for (int i = 0; i < batch.size(); i += shown) {
            some.add(batch, i);
        }
        disassembler.compare(some, tally);
    }
}
