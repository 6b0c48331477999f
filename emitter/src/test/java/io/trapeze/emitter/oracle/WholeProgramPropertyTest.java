// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.oracle.Program.Kind;
import io.trapeze.emitter.oracle.Program.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

class WholeProgramPropertyTest {
    private static Path directory;

    @BeforeContainer
    static void makeDirectory() throws IOException {
        directory = Files.createTempDirectory("programs");
    }

    @AfterContainer
    static void deleteDirectory() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** A listing shows padding as the nops it is, around which an assembler may find other branches: so without alignment. */
    @Property(tries = 60)
    @NeedsTools("as")
    void theListingAssemblesToTheSameBytes(@ForAll("programs") List<Part> parts) {
        List<Part> unaligned =
                parts.stream().filter(part -> part.kind() != Kind.ALIGN).toList();
        CodeBlob blob = Program.of(unaligned).finish();
        assertThat(ReferenceAssembler.GNU_AS.assembleProgram(directory, Program.sourceOf(blob)))
                .isEqualTo(blob.bytes());
    }

    @Property(tries = 60)
    void theListingReadsBackToTheSameBytes(@ForAll("programs") List<Part> parts) {
        List<Part> unaligned =
                parts.stream().filter(part -> part.kind() != Kind.ALIGN).toList();
        CodeBlob blob = Program.of(unaligned).finish();
        StringBuilder text = new StringBuilder();
        blob.relocations()
                .forEach(r -> text.append(".extern ").append(r.symbol()).append('\n'));
        Program.sourceOf(blob).forEach(line -> text.append(line).append('\n'));
        CodeBlob again = Assembler.parse(text.toString());
        assertThat(again.bytes()).isEqualTo(blob.bytes());
        assertThat(again.relocations()).isEqualTo(blob.relocations());
    }

    /**
     * Demands the same bytes. With alignment in between there can be several layouts in which every branch reaches; then ours
     * must not be longer.
     */
    private static void same(byte[] ours, byte[] theirs, List<Part> parts) {
        if (parts.stream().anyMatch(part -> part.kind() == Kind.ALIGN) && !Arrays.equals(ours, theirs)) {
            assertThat(ours.length).isLessThanOrEqualTo(theirs.length);
        } else {
            assertThat(ours).isEqualTo(theirs);
        }
    }

    @Property(tries = 60)
    @NeedsTools("as")
    void gnuAsChoosesTheSameBranches(@ForAll("programs") List<Part> parts) {
        sameButForPadding(ReferenceAssembler.GNU_AS, parts);
    }

    @Property(tries = 60)
    @NeedsTools("llvm-mc")
    void llvmMcChoosesTheSameBranches(@ForAll("programs") List<Part> parts) {
        sameButForPadding(ReferenceAssembler.LLVM_MC, parts);
    }

    private static void sameButForPadding(ReferenceAssembler assembler, List<Part> parts) {
        Program program = Program.of(parts);
        CodeBlob blob = program.finish();
        byte[] theirs = assembler.assembleProgram(directory, program.source());
        byte[] ours = blob.bytes();
        for (Instruction instruction : blob.instructions()) {
            for (int i = instruction.offset();
                    instruction.padding() && i < instruction.offset() + instruction.size();
                    i++) {
                ours[i] = (byte) 0xCC;
            }
        }
        same(ours, theirs, parts);
    }

    /** Code in which many distances lie near the reach of a short branch. */
    @Provide
    Arbitrary<List<Part>> programs() {
        Arbitrary<Part> fill = Arbitraries.integers().between(1, 90).map(n -> new Part(Kind.FILL, n));
        Arbitrary<Part> other = Arbitraries.of(Kind.class)
                .filter(kind -> kind != Kind.FILL)
                .flatMap(kind -> Arbitraries.integers().between(-20, 20).map(n -> new Part(kind, n)));
        return Arbitraries.frequencyOf(Tuple.of(1, fill), Tuple.of(4, other))
                .list()
                .ofMinSize(1)
                .ofMaxSize(80);
    }
}
