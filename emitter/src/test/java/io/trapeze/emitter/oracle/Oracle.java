// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Instruction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** One comparison with a program of another project, batch by batch. */
abstract class Oracle {
    private static final int SHOWN_OF_ONE_FORM = 2;

    private final Tool tool;
    private final Path directory;
    private final Map<String, List<String>> failures = new TreeMap<>();
    private int same;
    private int known;

    private Oracle(Tool tool, Path directory) {
        this.tool = tool;
        this.directory = directory;
    }

    /** Compares our bytes with those that an assembler makes of our text. */
    static Oracle assembling(ReferenceAssembler assembler, Path directory) {
        return new Oracle(assembler.tool(), directory) {
            @Override
            void compare(Batch batch) {
                compareBytes(assembler, batch);
            }
        };
    }

    /** Compares our text with what objdump makes of our bytes. */
    static Oracle disassembling(Path directory) {
        return new Oracle(Tool.OBJDUMP, directory) {
            @Override
            void compare(Batch batch) {
                compareTexts(batch);
            }
        };
    }

    final Tool tool() {
        return tool;
    }

    abstract void compare(Batch batch);

    /** Fails if anything differed without a reason; prints how much was compared. */
    final void verify() {
        System.out.printf("%s: %,d encodings the same, %,d known differences%n", tool.name(), same, known);
        List<String> examples = failures.entrySet().stream()
                .flatMap(e -> e.getValue().stream()
                        .limit(SHOWN_OF_ONE_FORM)
                        .map(example -> example + "  (" + e.getValue().size() + " of " + e.getKey() + ")"))
                .toList();
        assertThat(examples).isEmpty();
        assertThat(same).isGreaterThan(100_000);
    }

    private void fail(String mnemonic, String difference) {
        failures.computeIfAbsent(mnemonic, m -> new ArrayList<>()).add(difference);
    }

    final void compareBytes(ReferenceAssembler assembler, Batch batch) {
        List<Integer> readable = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < batch.samples().size(); i++) {
            if (!KnownDifferences.isUnreadable(assembler, batch.samples().get(i))) {
                readable.add(i);
                texts.add(batch.instructions().get(i).text());
            }
        }
        List<String> encodings = assembler.assemble(directory, texts);
        if (encodings.size() != texts.size()) {
            throw new AssertionError(
                    tool.name() + " made " + encodings.size() + " encodings of " + texts.size() + " lines");
        }
        for (int i = 0; i < texts.size(); i++) {
            Sample sample = batch.samples().get(readable.get(i));
            byte[] bytes = batch.instructions().get(readable.get(i)).bytes();
            String ours = HexFormat.of().formatHex(bytes);
            String theirs = encodings.get(i).toLowerCase(Locale.ROOT);
            if (ours.equals(theirs)) {
                same++;
            } else if (KnownDifferences.allow(assembler, sample, ours, theirs)) {
                known++;
            } else {
                fail(
                        sample.mnemonic(),
                        sample + " as '" + texts.get(i) + "': ours " + ours + ", " + tool.name() + " " + theirs);
            }
        }
    }

    final void compareTexts(Batch batch) {
        List<Disassembly.Line> lines = Disassembly.of(directory, batch.blob().bytes());
        List<Instruction> instructions = batch.instructions();
        for (int i = 0; i < Math.min(lines.size(), instructions.size()); i++) {
            Instruction own = instructions.get(i);
            String text = Disassembly.normal(own.textWithOffsets());
            Disassembly.Line line = lines.get(i);
            if (own.offset() == line.offset() && text.equals(line.text())) {
                same++;
            } else {
                fail(
                        batch.samples().get(i).mnemonic(),
                        "ours at 0x%x '%s', objdump at 0x%x '%s'"
                                .formatted(own.offset(), text, line.offset(), line.text()));
            }
        }
        if (lines.size() != instructions.size()) {
            fail("all", "we count " + instructions.size() + " instructions, objdump " + lines.size());
        }
    }
}
