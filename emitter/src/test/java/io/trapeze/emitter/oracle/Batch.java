// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.InstructionTable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Many samples, emitted by name into one blob.
 *
 * @param samples what was emitted
 * @param blob the code, an instruction for each sample
 */
record Batch(List<Sample> samples, CodeBlob blob) {
    private static final int SIZE = 100_000;

    /** Gives samples of the whole table, in batches. */
    static void forEach(Consumer<Batch> consumer) {
        List<Sample> samples = new ArrayList<>();
        for (Form form : InstructionTable.shipped().forms()) {
            if (!EveryEncoding.isBranch(form)) {
                EveryEncoding.of(form, samples::add);
            }
            if (samples.size() >= SIZE) {
                consumer.accept(of(samples));
                samples = new ArrayList<>();
            }
        }
        consumer.accept(of(samples));
    }

    private static Batch of(List<Sample> samples) {
        Assembler assembler = new Assembler();
        for (Sample sample : samples) {
            try {
                sample.emitByName(assembler);
            } catch (RuntimeException e) {
                throw new AssertionError("refused: " + sample, e);
            }
        }
        return new Batch(samples, assembler.finish("batch"));
    }

    List<Instruction> instructions() {
        return blob.instructions();
    }
}
