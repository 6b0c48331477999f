// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.lab.program.Program;
import io.trapeze.lab.program.ProgramOptions;
import io.trapeze.lab.program.ProgramReport;
import io.trapeze.lab.render.Json;
import io.trapeze.runtime.code.ExecutableMemoryException;
import io.trapeze.runtime.os.HostException;
import io.trapeze.runtime.os.Platform;
import io.trapeze.runtime.os.UnsupportedHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code trapeze run}: runs programs on goroutines, checks all they did and sums it up. */
@Command(name = "run", header = "Run programs on goroutines and check all they did.", sortOptions = false)
final class RunCommand implements Callable<Integer> {
    private final TrapezeCommand trapeze;
    private final Map<String, Program> programs = new LinkedHashMap<>();

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "PROGRAM",
            arity = "0..*",
            description = "What to run, by name; everything without a name. `trapeze run --list` tells what there is.")
    private List<String> names = new ArrayList<>();

    @Option(names = "--list", description = "List the programs; run none.")
    private boolean list;

    @Option(
            names = "--carriers",
            paramLabel = "N",
            defaultValue = "2",
            description = "Threads that run goroutines, 1 to " + ProgramOptions.MOST_CARRIERS
                    + "; ${DEFAULT-VALUE} unless given.")
    private int carriers;

    @Option(
            names = "--goroutines",
            paramLabel = "N",
            description = "Goroutines of each program, 1 to 1,000,000; each program has a usual number of its own.")
    private Integer goroutines;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            description = "Seed of all random values, a 64-bit integer; a fresh one unless given.")
    private Long seed;

    @Option(names = "--json", description = "Print the reports as JSON.")
    private boolean json;

    RunCommand(TrapezeCommand trapeze, List<Program> programs) {
        this.trapeze = trapeze;
        programs.forEach(program -> this.programs.put(program.name(), program));
    }

    @Override
    public Integer call() throws InterruptedException {
        List<Program> chosen = chosen();
        requireWithin("--carriers", carriers, ProgramOptions.MOST_CARRIERS);
        if (goroutines != null) {
            requireWithin("--goroutines", goroutines, ProgramOptions.MOST_GOROUTINES);
        }
        if (list) {
            trapeze.shell().print(RunSummary.list(programs.values(), trapeze.outStyle()));
            return Exit.FINE;
        }
        Platform.current().requireSupported();
        long usedSeed = seed == null ? ThreadLocalRandom.current().nextLong() : seed;
        List<ProgramReport> reports = new ArrayList<>();
        try (StatusLine status = new StatusLine(trapeze.shell())) {
            for (Program program : chosen) {
                reports.add(run(program, usedSeed, status));
            }
        }
        RunSummary summary = new RunSummary(usedSeed, carriers, reports);
        trapeze.shell().print(json ? Json.of(summary) : summary.text(trapeze.outStyle()));
        return summary.verified() ? Exit.FINE : Exit.FAILED;
    }

    private List<Program> chosen() {
        List<Program> chosen = new ArrayList<>();
        for (String name : names) {
            if (!programs.containsKey(name)) {
                throw new ParameterException(spec.commandLine(), Choice.unknown("program", name, programs.keySet()));
            }
            chosen.add(programs.get(name));
        }
        return names.isEmpty() ? List.copyOf(programs.values()) : chosen;
    }

    private void requireWithin(String option, int number, int most) {
        try {
            ProgramOptions.requireWithin(option, number, most);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private ProgramReport run(Program program, long usedSeed, StatusLine status) throws InterruptedException {
        int count = goroutines == null ? program.usualGoroutines() : goroutines;
        ProgramOptions options = new ProgramOptions(carriers, count, usedSeed);
        long start = System.nanoTime();
        status.show(program.name());
        try {
            return program.run(options, doing -> status.show(program.name() + ": " + doing));
        } catch (HostException | UnsupportedHostException | ExecutableMemoryException e) {
            throw e; // no other program would fare better
        } catch (RuntimeException e) {
            if (trapeze.isVerbose()) {
                Complaint.trace(e, trapeze);
            }
            return ProgramReport.broken(
                    program.name(),
                    "it ended with " + e.getClass().getSimpleName() + ": " + e.getMessage()
                            + " (--verbose shows where)",
                    Duration.ofNanos(System.nanoTime() - start));
        }
    }
}
