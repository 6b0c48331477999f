// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every form of the table, every register and addressing shape it allows, against programs of other projects.
 *
 * <p>What is compared is in {@link EveryEncoding}, what may differ in {@link KnownDifferences}, and how a disassembly is
 * made comparable in {@link Disassembly#normal}.
 */
@Tag("S9")
class AssemblersAgreeTest {
    private static Oracle gnuAs;
    private static Oracle llvmMc;
    private static Oracle objdump;

    /** Encodes everything once; the tools that are there work on one batch at the same time. */
    @BeforeAll
    static void compare(@TempDir Path directory) throws IOException {
        gnuAs = Oracle.assembling(ReferenceAssembler.GNU_AS, Files.createDirectory(directory.resolve("as")));
        llvmMc = Oracle.assembling(ReferenceAssembler.LLVM_MC, Files.createDirectory(directory.resolve("llvm-mc")));
        objdump = Oracle.disassembling(Files.createDirectory(directory.resolve("objdump")));
        List<Oracle> present = new ArrayList<>(List.of(gnuAs, llvmMc, objdump));
        present.removeIf(oracle -> !oracle.tool().present());
        if (!present.isEmpty()) {
            Batch.forEach(batch -> CompletableFuture.allOf(present.stream()
                            .map(oracle -> CompletableFuture.runAsync(() -> oracle.compare(batch)))
                            .toArray(CompletableFuture[]::new))
                    .join());
        }
    }

    @Test
    void gnuAsMakesTheSameBytesOfOurText() {
        gnuAs.tool().assumePresent();
        gnuAs.verify();
    }

    @Test
    void llvmMcMakesTheSameBytesOfOurText() {
        llvmMc.tool().assumePresent();
        llvmMc.verify();
    }

    @Test
    void objdumpReadsOurBytesAsOurText() {
        objdump.tool().assumePresent();
        objdump.verify();
    }
}
