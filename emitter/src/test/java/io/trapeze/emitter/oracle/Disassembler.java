// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.Instruction;
import java.nio.file.Path;
import java.util.List;

/** What objdump reads in our bytes, beside what we print. */
final class Disassembler {
    /** Counts encodings that objdump reads as we print them. */
    static final String SAME = "objdump reads what we print";

    private final Path directory;

    Disassembler(Path directory) {
        this.directory = directory;
    }

    void compare(Batch batch, Tally tally) {
        List<Disassembly.Line> lines = Disassembly.of(directory, batch.code());
        for (int i = 0; i < batch.size(); i++) {
            Instruction own = batch.instruction(i);
            String text = Disassembly.normal(own.textWithOffsets());
            Disassembly.Line line = i < lines.size() ? lines.get(i) : new Disassembly.Line(-1, "nothing");
            if (own.offset() == line.offset() && text.equals(line.text())) {
                tally.count(SAME, 1);
            } else {
                tally.fail(
                        "objdump",
                        batch.form(i),
                        "at %x '%s' here, at %x '%s' there".formatted(own.offset(), text, line.offset(), line.text()));
            }
        }
    }
}
