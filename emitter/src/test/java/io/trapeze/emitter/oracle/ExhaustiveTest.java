// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * At least 250 million encodings against the assemblers of other projects, once in full: {@code ./mvnw -B -Pexhaustive -pl
 * emitter -am verify}.
 *
 * <p>It takes a quarter of an hour or more. What is done is kept in the folder {@code -Dexhaustive.folder} (target/exhaustive), so
 * that it goes on there when it was stopped; {@code -Dexhaustive.encodings} makes it larger or smaller, and {@code
 * -Dexhaustive.mnemonics=mov,movsxd} leaves out all instructions but those: for a change of the table that touches no others.
 */
@Tag("exhaustive")
class ExhaustiveTest {
    private static final long ENCODINGS = Long.getLong("exhaustive.encodings", 265_000_000);
    private static final Set<String> MNEMONICS = Stream.of(
                    System.getProperty("exhaustive.mnemonics", "").split(","))
            .filter(mnemonic -> !mnemonic.isBlank())
            .collect(Collectors.toCollection(TreeSet::new));
    private static final Path FOLDER = Path.of(System.getProperty("exhaustive.folder", "target/exhaustive"));
    private static final Path CLASSES = Path.of("target/classes/io/trapeze/emitter");
    private static final int SHOWN = 64;

    @BeforeEach
    void needsTheTools() {
        Tool.AS.assumePresent();
        Tool.LLVM_MC.assumePresent();
        Tool.OBJDUMP.assumePresent();
    }

    @Test
    void everyFormRegisterAndAddressHasTheBytesThatTheAssemblersMake() throws IOException {
        Plan all = Plan.rounds(Space.shapes(), ENCODINGS);
        Plan plan = MNEMONICS.isEmpty() ? all : all.only(MNEMONICS);
        String name = name(plan);
        Journal journal = Journal.in(FOLDER.resolve("journal.txt"), name, Run.batches(plan));
        Tally tally = new Run(plan, SHOWN, journal).go();
        Files.write(FOLDER.resolve("summary.md"), Summary.of(plan, name, tally));
        assertThat(tally.failures("")).isEmpty();
        assertThat(journal.missing()).isZero();
        assertThat(tally.count(Tally.DECODED)).isGreaterThan(plan.size() / 265 * 250);
    }

    /** Says what a run compares: another emitter or another version of an assembler makes it another run. */
    private static String name(Plan plan) throws IOException {
        List<String> parts = new ArrayList<>();
        parts.add("emitter " + Long.toHexString(checksum(CLASSES)));
        parts.add(plan.size() + " elements" + (MNEMONICS.isEmpty() ? "" : " of " + String.join(", ", MNEMONICS)));
        for (Tool tool : List.of(Tool.AS, Tool.LLVM_MC, Tool.OBJDUMP)) {
            parts.add(tool.version());
        }
        return String.join("; ", parts);
    }

    private static long checksum(Path directory) throws IOException {
        CRC32 checksum = new CRC32();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                checksum.update(Files.readAllBytes(file));
            }
        }
        return checksum.getValue();
    }
}
