// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.lab.program.Program;
import io.trapeze.lab.program.ProgramOptions;
import io.trapeze.lab.program.ProgramReport;
import io.trapeze.lab.render.Json;
import io.trapeze.lab.text.TextRun;
import io.trapeze.runtime.code.ExecutableMemoryException;
import io.trapeze.runtime.os.HostException;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.Platform;
import io.trapeze.runtime.os.UnsupportedHostException;
import io.trapeze.runtime.sched.Scheduler;
import io.trapeze.trampolines.Omission;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code trapeze run}: runs programs on goroutines, checks all they did and sums it up. */
@Command(
        name = "run",
        header = "Run programs, or assembler files, on goroutines.",
        description = {
            "%nA program checks all it did. Of a file in Intel syntax each .globl label is where a goroutine begins; besides"
                    + " instructions it has yield, exit and call_java (docs/assembler.md)."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  trapeze run ring --carriers 4",
            "  trapeze run ring --abi win64",
            "  trapeze run docs/examples/pair.s"
        })
final class RunCommand implements Callable<Integer> {
    private static final int CARRIERS = 2;
    private static final int LONGEST_TIMEOUT = 86_400;
    private static final int USUAL_TIMEOUT = 10;

    private final TrapezeCommand trapeze;
    private final Map<String, Program> programs = new LinkedHashMap<>();

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "PROGRAM",
            arity = "0..*",
            description =
                    "What to run: programs by name, every one without a name (`trapeze run --list` tells what there"
                            + " is), or files that end in .s; - is standard input.")
    private List<String> names = new ArrayList<>();

    @Option(names = "--list", description = "List the programs; run none.")
    private boolean list;

    @Option(
            names = "--carriers",
            paramLabel = "N",
            description = "Threads that run goroutines, 1 to " + ProgramOptions.MOST_CARRIERS
                    + "; unless given 2 for programs and 1 for files.")
    private Integer carriers;

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

    @Option(
            names = "--abi",
            paramLabel = AbiChoice.LABEL,
            completionCandidates = AbiChoice.class,
            description =
                    "Have ring's goroutines live by this calling convention, in a process of their own unless it is the"
                            + " host's: ${COMPLETION-CANDIDATES}, or a file that describes one.")
    private String abi;

    @Option(
            names = "--omit",
            paramLabel = "REGISTER",
            split = ",",
            description =
                    "Have ring's primitives forget registers that the ABI preserves, more with commas between: a lie, to"
                            + " see it found out.")
    private List<String> omitted = List.of();

    @Option(names = "--json", description = "Print the reports as JSON.")
    private boolean json;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "How long each file may take, 1 to 86,400; " + USUAL_TIMEOUT + " unless given.")
    private Integer timeout;

    @Option(
            names = "--preempt",
            description = "Interrupt a file's goroutine that does not yield; unless given, each runs until it does.")
    private boolean preempt;

    RunCommand(TrapezeCommand trapeze, List<Program> programs) {
        this.trapeze = trapeze;
        programs.forEach(program -> this.programs.put(program.name(), program));
    }

    @Override
    public Integer call() throws InterruptedException {
        if (carriers != null) {
            requireWithin("--carriers", carriers, ProgramOptions.MOST_CARRIERS);
        }
        if (names.stream().anyMatch(RunCommand::isFile)) {
            return runFiles();
        }
        return runPrograms(chosen(), carriers == null ? CARRIERS : carriers);
    }

    private static boolean isFile(String name) {
        return name.endsWith(".s") || name.equals("-") || name.indexOf('/') >= 0;
    }

    private int runFiles() throws InterruptedException {
        names.stream().filter(name -> !isFile(name)).findFirst().ifPresent(name -> {
            throw new ParameterException(
                    spec.commandLine(),
                    "'" + name + "' is no file that ends in .s, as others here are: run one sort only");
        });
        int seconds = timeout == null ? USUAL_TIMEOUT : timeout;
        requireWithin("--timeout", seconds, LONGEST_TIMEOUT);
        if (goroutines != null || seed != null || json || list || otherAbi()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--goroutines, --seed, --json, --list, --abi and --omit are for programs, not for files");
        }
        Platform.current().requireSupported();
        TextRun run = new TextRun(carriers == null ? 1 : carriers, preempt, Duration.ofSeconds(seconds));
        return new SourceRun(trapeze, run).of(names);
    }

    private int runPrograms(List<Program> chosen, int threads) throws InterruptedException {
        if (timeout != null || preempt) {
            throw new ParameterException(spec.commandLine(), "--timeout and --preempt are for files, not for programs");
        }
        if (goroutines != null) {
            requireWithin("--goroutines", goroutines, ProgramOptions.MOST_GOROUTINES);
        }
        if (list) {
            trapeze.shell()
                    .print(
                            json
                                    ? Json.of(RunSummary.list(programs.values()))
                                    : RunSummary.list(programs.values(), trapeze.outStyle()));
            return Exit.FINE;
        }
        if (otherAbi() && !chosen.stream().allMatch(program -> program.name().equals("ring"))) {
            throw new ParameterException(
                    spec.commandLine(),
                    "only ring runs by another ABI, the other programs are written for the host's: run ring --abi ABI");
        }
        Platform.current().requireSupported();
        Optional<RingRun> foreign = foreign();
        long usedSeed = seed == null ? ThreadLocalRandom.current().nextLong() : seed;
        List<ProgramReport> reports = new ArrayList<>();
        try (StatusLine status = new StatusLine(trapeze.shell())) {
            for (Program program : chosen) {
                reports.add(run(program, foreign, threads, usedSeed, status));
            }
        }
        RunSummary summary = new RunSummary(usedSeed, threads, reports);
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

    private boolean otherAbi() {
        return abi != null || !omitted.isEmpty();
    }

    /** The ring in a process of its own, if its primitives are not the host's; nothing has run by then. */
    private Optional<RingRun> foreign() {
        if (!otherAbi()) {
            return Optional.empty();
        }
        Abi host = OperatingSystem.current().abi();
        try {
            Abi chosen = abi == null ? host : new AbiChoice().convert(abi);
            Omission omission = OmittedRegisters.of(omitted, chosen, spec.commandLine());
            Scheduler.requireSchedulable(chosen, omission);
            return chosen.equals(host) && !omission.any()
                    ? Optional.empty()
                    : Optional.of(new RingRun(abi == null ? host.name() : abi, omission, RingRun.USUAL_YIELDS));
        } catch (AbiException | TypeConversionException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private ProgramReport run(Program program, Optional<RingRun> foreign, int threads, long usedSeed, StatusLine status)
            throws InterruptedException {
        int count = goroutines == null ? program.usualGoroutines() : goroutines;
        ProgramOptions options = new ProgramOptions(threads, count, usedSeed);
        long start = System.nanoTime();
        status.show(program.name());
        if (foreign.isPresent()) {
            return foreign.get().of(options);
        }
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
