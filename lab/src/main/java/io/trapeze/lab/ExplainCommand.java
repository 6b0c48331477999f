// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.lab.explain.Explanation;
import io.trapeze.lab.render.ExplanationMarkdown;
import io.trapeze.lab.render.ExplanationText;
import io.trapeze.lab.render.Json;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code trapeze explain}: shows how a primitive works. Pure Java, so it works on any machine. */
@Command(
        name = "explain",
        header = "Show how a primitive works, instruction by instruction; works on any machine.",
        description =
                "%nShows the stacks and Gobufs before, meanwhile and after, and of each instruction why it is there, which rule of"
                        + " the ABI it serves, what it changes and what each of its bytes says.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  trapeze explain mcall",
            "  trapeze explain systemstack --abi win64 --step 14",
            "  trapeze explain gogo --markdown > gogo.md"
        })
final class ExplainCommand implements Callable<Integer> {
    private final TrapezeCommand trapeze;

    @Parameters(
            paramLabel = "PRIMITIVE",
            converter = PrimitiveChoice.class,
            completionCandidates = PrimitiveChoice.class,
            description = "Which one: ${COMPLETION-CANDIDATES}.")
    private Primitive primitive;

    @Option(
            names = "--abi",
            paramLabel = "ABI",
            defaultValue = "sysv",
            converter = AbiChoice.class,
            completionCandidates = AbiChoice.class,
            description =
                    "For which calling convention: ${COMPLETION-CANDIDATES}, or a file (docs/abi-files.md); ${DEFAULT-VALUE} unless given.")
    private Abi abi;

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

    @Option(
            names = "--step",
            paramLabel = "N",
            description = "Only this instruction, counted from 1, and what is where before and after it.")
    private Integer step;

    @ArgGroup(exclusive = true)
    private Appearance appearance = new Appearance();

    ExplainCommand(TrapezeCommand trapeze) {
        this.trapeze = trapeze;
    }

    @Override
    public Integer call() {
        Explanation explanation = step == null ? Explanation.of(primitive, abi, saveSet) : ofStep();
        trapeze.shell()
                .print(appearance.of(
                        () -> Json.of(explanation),
                        () -> ExplanationMarkdown.of(explanation),
                        () -> ExplanationText.of(explanation, trapeze.outStyle(), trapeze.outGlyphs())));
        return Exit.FINE;
    }

    private Explanation ofStep() {
        int last = primitive.emit(abi, saveSet).instructions().size();
        if (step < 1 || step > last) {
            throw new CommandException(
                    Exit.USAGE,
                    "--step is " + step + ", and " + primitive.symbol() + " for ABI '" + abi.name()
                            + "' has steps 1 to " + last,
                    "Name one of them");
        }
        return Explanation.of(primitive, abi, saveSet, step);
    }
}
