// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.trampolines.abi.Abi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Holds {@code docs/layouts.md} to the layouts that the generators use. With {@code -Dtrapeze.docs=write} it writes the
 * document instead.
 */
@DisplayName("docs/layouts.md")
class LayoutsDocumentTest {
    private static final String COMMAND =
            "./mvnw -q -pl trampolines -am test -Dtest=LayoutsDocumentTest -DfailIfNoTests=false -Dtrapeze.docs=write";
    private static final Path DOCUMENT =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolveSibling("docs/layouts.md");

    @Test
    @Tag("S7")
    @Tag("Sa")
    void saysWhatTheCodeSays() throws IOException {
        String generated = document();
        if (System.getProperty("trapeze.docs", "").equals("write")) {
            Files.writeString(DOCUMENT, generated);
        }
        assertThat(Files.readString(DOCUMENT))
                .as("docs/layouts.md; to write it anew: " + COMMAND)
                .isEqualTo(generated);
    }

    private static String document() {
        StringBuilder text = new StringBuilder("""
                <!-- SPDX-License-Identifier: Apache-2.0 -->
                # Layouts in memory

                Where a suspended goroutine's state lies, and where an interrupted one's. All offsets and sizes are in bytes.

                This page is generated from the code that the primitives are generated from, and a test holds the two together.
                To write it anew: `%s`

                ## Gobuf

                The state of a goroutine that gave up the processor by a call: what its ABI makes a callee preserve, and no more.
                The first seven fields are at the same place for every ABI. `mcall` fills it, `gogo` empties it. It is aligned to 8,
                so vectors are accessed unaligned.
                """.formatted(COMMAND));
        for (Abi abi : Abi.builtIn()) {
            Gobuf gobuf = Gobuf.of(abi);
            text.append("\n### %s: %d bytes\n\n".formatted(abi.name(), gobuf.size()));
            table(text, gobuf.rows().stream().map(LayoutsDocumentTest::line).toList());
        }
        text.append("""

                ## Preemption frame

                The state of a goroutine that was interrupted anywhere: every register. `async_preempt` builds it below the resume
                address that the signal handler stored, and takes it down again. Offsets count from its lowest address, where RSP
                points once all is saved; the resume address ends it. It is the same for every ABI. Between it and the interrupted
                RSP lie the bytes that the ABI has an interrupt skip (`stack.interrupt_skip`) and that nobody touches: the red
                zone on System V, and as much on Win64.

                The general registers are pushed from the highest address down, so `rbp` goes first and `rax` last. The x87 state is what `fnsave` stores: environment and registers, which are the MMX
                registers as well.
                """);
        for (SaveSet set : SaveSet.values()) {
            PreemptFrame frame = new PreemptFrame(set);
            text.append("\n### save set %s: %d bytes and the resume address\n\n".formatted(set.label(), frame.size()));
            table(text, frame.rows().stream().map(LayoutsDocumentTest::line).toList());
        }
        text.append("""

                ## Stack taken by a preemption

                Bytes below the interrupted RSP when `async_preempt2` is entered, at the worst alignment: the bytes skipped, the
                resume address, the frame, what keeps the call aligned, shadow space and the return address.

                """);
        List<SaveSet> sets = List.of(SaveSet.values());
        text.append("\n| ABI |");
        sets.forEach(set -> text.append(" %s |".formatted(set.label())));
        text.append("\n|---|").append("---:|".repeat(sets.size())).append('\n');
        for (Abi abi : Abi.builtIn()) {
            text.append("| %s |".formatted(abi.name()));
            sets.forEach(set -> text.append(" %d |".formatted(AsyncPreempt.stackBytes(abi, set))));
            text.append('\n');
        }
        return text.toString();
    }

    private static String line(Gobuf.Row row) {
        return line(row.offset(), row.size(), row.name());
    }

    private static String line(PreemptFrame.Row row) {
        return line(row.offset(), row.size(), row.name());
    }

    private static String line(int offset, int size, String name) {
        return "| %d | 0x%x | %d | %s |\n".formatted(offset, offset, size, name);
    }

    private static void table(StringBuilder text, List<String> lines) {
        text.append("| offset | | size | what |\n|---:|---:|---:|---|\n");
        lines.forEach(text::append);
    }
}
