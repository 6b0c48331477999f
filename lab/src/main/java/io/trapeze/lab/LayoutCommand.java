// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.lab.explain.MemoryLayout;
import io.trapeze.lab.render.Json;
import io.trapeze.lab.render.LayoutText;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code trapeze layout}: shows where a convention puts things in memory. Pure Java, so it works on any machine. */
@Command(
        name = "layout",
        header = "Show what a Gobuf, a preemption frame and the stack at a call look like; works on any machine.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  trapeze layout", "  trapeze layout --abi win64 --save-set avx512 --json"})
final class LayoutCommand implements Callable<Integer> {
    private final TrapezeCommand trapeze;

    @Option(
            names = "--abi",
            paramLabel = "ABI",
            defaultValue = "sysv",
            converter = AbiChoice.class,
            completionCandidates = AbiChoice.class,
            description =
                    "Of which calling convention: ${COMPLETION-CANDIDATES}, or a file (docs/abi-files.md); ${DEFAULT-VALUE} unless given.")
    private Abi abi;

    @Option(
            names = "--save-set",
            paramLabel = "SET",
            defaultValue = "sse",
            converter = SaveSetChoice.class,
            completionCandidates = SaveSetChoice.class,
            description =
                    "Vector registers in the preemption frame: ${COMPLETION-CANDIDATES}, auto being the widest that this"
                            + " machine has; ${DEFAULT-VALUE} unless given.")
    private SaveSet saveSet;

    @ArgGroup(exclusive = true)
    private Appearance appearance = new Appearance();

    LayoutCommand(TrapezeCommand trapeze) {
        this.trapeze = trapeze;
    }

    @Override
    public Integer call() {
        MemoryLayout layout = MemoryLayout.of(abi, saveSet);
        trapeze.shell()
                .print(appearance.of(
                        () -> Json.of(layout),
                        () -> LayoutText.markdown(layout),
                        () -> LayoutText.of(layout, trapeze.outStyle(), trapeze.outGlyphs())));
        return Exit.FINE;
    }
}
