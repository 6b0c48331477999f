// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.lab.diff.Comparison;
import io.trapeze.lab.render.DiffText;
import io.trapeze.lab.render.Json;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code trapeze diff}: compares code for two conventions. Pure Java, so it works on any machine. */
@Command(
        name = "diff",
        header = "Compare the code for two ABIs, and name the rule behind each difference; works on any machine.",
        description =
                "%nBoth stand side by side: | changed, < only for A, > only for B. As in git diff, the status is 0 whether or not"
                        + " they differ, unless --exit-code is given.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  trapeze diff sysv win64 mcall", "  trapeze diff sysv win64 --json"})
final class DiffCommand implements Callable<Integer> {
    private final TrapezeCommand trapeze;

    @Parameters(
            index = "0",
            paramLabel = "A",
            converter = AbiChoice.class,
            completionCandidates = AbiChoice.class,
            description = "One calling convention: ${COMPLETION-CANDIDATES}, or a file (docs/abi-files.md).")
    private Abi left;

    @Parameters(
            index = "1",
            paramLabel = "B",
            converter = AbiChoice.class,
            completionCandidates = AbiChoice.class,
            description = "The other.")
    private Abi right;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "PRIMITIVE",
            converter = PrimitiveChoice.class,
            completionCandidates = PrimitiveChoice.class,
            description = "Which one: ${COMPLETION-CANDIDATES}; all unless given.")
    private Primitive primitive;

    @Option(
            names = "--save-set",
            paramLabel = "SET",
            defaultValue = "sse",
            converter = SaveSetChoice.class,
            completionCandidates = SaveSetChoice.class,
            description =
                    "Vector registers that async_preempt saves: ${COMPLETION-CANDIDATES}, auto being the widest that this machine"
                            + " has; ${DEFAULT-VALUE} unless given.")
    private SaveSet saveSet;

    @Option(names = "--exit-code", description = "End with status 1 if they differ.")
    private boolean exitCode;

    @ArgGroup(exclusive = true)
    private Appearance appearance = new Appearance();

    DiffCommand(TrapezeCommand trapeze) {
        this.trapeze = trapeze;
    }

    @Override
    public Integer call() {
        List<Comparison> comparisons = (primitive == null ? List.of(Primitive.values()) : List.of(primitive))
                .stream().map(each -> Comparison.of(each, left, right, saveSet)).toList();
        trapeze.shell()
                .print(appearance.of(
                        () -> Json.of(comparisons),
                        () -> DiffText.markdown(comparisons),
                        () -> DiffText.of(comparisons, trapeze.outStyle(), trapeze.outGlyphs())));
        boolean differ = comparisons.stream().anyMatch(comparison -> !comparison.isSame());
        return exitCode && differ ? Exit.FAILED : Exit.FINE;
    }
}
