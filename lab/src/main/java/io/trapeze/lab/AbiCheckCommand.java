// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.lab.render.Json;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import io.trapeze.trampolines.abi.file.AbiFile;
import io.trapeze.trampolines.abi.file.AbiFileException;
import io.trapeze.trampolines.abi.file.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code trapeze abi check}: tells all that is wrong with a file, and whether the primitives can be written for it. */
@Command(
        name = "check",
        header = "Tell all that is wrong with an ABI file; status 1 if anything is.",
        sortOptions = false)
final class AbiCheckCommand implements Callable<Integer> {
    private final TrapezeCommand trapeze;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Which files.")
    private List<Path> files;

    @Option(names = "--json", description = "Print the findings as JSON.")
    private boolean json;

    AbiCheckCommand(TrapezeCommand trapeze) {
        this.trapeze = trapeze;
    }

    /**
     * What is to be said of a file.
     *
     * @param abi the ABI's name, if the file describes one
     */
    record Finding(String file, Optional<String> abi, List<Problem> problems) {
        static Finding of(Path path) {
            try {
                Abi abi = AbiFile.read(path).abi();
                return new Finding(path.toString(), Optional.of(abi.name()), generated(path, abi));
            } catch (AbiFileException e) {
                return new Finding(path.toString(), Optional.empty(), e.problems());
            }
        }

        /** A description can be sound and still leave a primitive too few scratch registers. */
        private static List<Problem> generated(Path path, Abi abi) {
            List<Problem> problems = new ArrayList<>();
            for (Primitive primitive : Primitive.values()) {
                try {
                    primitive.emit(abi, SaveSet.SSE);
                } catch (AbiException e) {
                    problems.add(new Problem(
                            path.toString(), 0, 0, primitive.symbol() + " can't be written: " + e.getMessage()));
                }
            }
            return problems;
        }

        String text() {
            return problems.isEmpty()
                    ? file + ": ABI " + abi.orElseThrow() + " is sound; all primitives can be written\n"
                    : problems.stream().map(problem -> problem + "\n").collect(Collectors.joining());
        }
    }

    @Override
    public Integer call() {
        List<Finding> findings = files.stream().map(Finding::of).toList();
        trapeze.shell()
                .print(
                        json
                                ? Json.of(findings)
                                : findings.stream().map(Finding::text).collect(Collectors.joining()));
        return findings.stream().allMatch(finding -> finding.problems().isEmpty()) ? Exit.FINE : Exit.FAILED;
    }
}
