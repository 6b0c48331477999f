// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.lab.check.MutationReport;
import io.trapeze.lab.render.Json;
import io.trapeze.lab.render.MutationText;
import io.trapeze.runtime.host.Host;
import io.trapeze.testkit.check.Subject;
import io.trapeze.testkit.mutate.Mutation;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code trapeze mutate}: breaks primitives in every way that rules make, and tells what the check does not find. */
@Command(
        name = "mutate",
        header = "Break primitives in all ways that rules make, and tell what the check finds.",
        description = "Without arguments all primitives of all built-in ABIs, which takes minutes.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  trapeze mutate mcall --abi sysv",
            "  trapeze mutate gogo --abi win64 --list",
            "  trapeze mutate --tries 20"
        })
final class MutateCommand implements Callable<Integer> {
    private final TrapezeCommand trapeze;

    @Parameters(
            arity = "0..1",
            paramLabel = "PRIMITIVE",
            converter = PrimitiveChoice.class,
            completionCandidates = PrimitiveChoice.class,
            description = "Which one: ${COMPLETION-CANDIDATES}; all unless given.")
    private Primitive primitive;

    @Option(
            names = "--abi",
            paramLabel = AbiChoice.LABEL,
            converter = AbiChoice.class,
            completionCandidates = AbiChoice.class,
            description =
                    "Of which calling convention: ${COMPLETION-CANDIDATES}, or a file; all built-in ones unless given.")
    private Abi abi;

    @Option(
            names = "--save-set",
            paramLabel = "SET",
            converter = SaveSetChoice.class,
            completionCandidates = SaveSetChoice.class,
            description =
                    "What async_preempt saves: ${COMPLETION-CANDIDATES}; all that this processor has unless given.")
    private SaveSet saveSet;

    @Mixin
    private Tries tries;

    @Option(names = "--list", description = "Tell of each mutant: by which rule it was killed, in which try.")
    private boolean list;

    @Option(names = "--json", description = "Print the score and each mutant as JSON.")
    private boolean json;

    MutateCommand(TrapezeCommand trapeze) {
        this.trapeze = trapeze;
    }

    @Override
    public Integer call() throws InterruptedException {
        List<Subject> subjects = subjects();
        if (subjects.isEmpty()) {
            throw new CommandException(
                    Exit.IMPOSSIBLE,
                    "this processor lacks registers that the code saves",
                    "Choose another save set or ABI");
        }
        MutationReport report = report(subjects);
        trapeze.shell().print(json ? Json.of(report) : MutationText.of(report, list, trapeze.outStyle()));
        return report.complete() ? Exit.FINE : Exit.FAILED;
    }

    private MutationReport report(List<Subject> subjects) throws InterruptedException {
        Mutation mutation =
                new Mutation(tries.most(), tries.seed(), Runtime.getRuntime().availableProcessors());
        try (StatusLine status = new StatusLine(trapeze.shell())) {
            return MutationReport.of(mutation.of(subjects, done -> status.show("%,d mutants checked".formatted(done))));
        }
    }

    /** Whatever was asked for and this processor can run. */
    private List<Subject> subjects() {
        SaveSet widest = SaveSet.widest(Host.detect().cpu().xcr0());
        List<Subject> subjects = new ArrayList<>();
        for (Abi each : abi == null ? Abi.builtIn() : List.of(abi)) {
            for (Primitive one : primitive == null ? List.of(Primitive.values()) : List.of(primitive)) {
                for (SaveSet set : sets(one)) {
                    subject(one, each, set).filter(s -> s.needs().fits(widest)).ifPresent(subjects::add);
                }
            }
        }
        return subjects;
    }

    private List<SaveSet> sets(Primitive one) {
        if (one != Primitive.ASYNC_PREEMPT) {
            return List.of(SaveSet.SSE); // it does not matter
        }
        return saveSet == null ? List.of(SaveSet.values()) : List.of(saveSet);
    }

    private Optional<Subject> subject(Primitive one, Abi each, SaveSet set) {
        try {
            return Optional.of(Subject.of(one, each, set));
        } catch (AbiException refused) {
            if (primitive != null) {
                throw refused; // what was asked for by name is not left out in silence
            }
            trapeze.shell().complain("trapeze: left out, since it cannot be generated: " + refused.getMessage() + "\n");
            return Optional.empty();
        }
    }
}
