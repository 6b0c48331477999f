// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.lab.check.CaseFile;
import io.trapeze.lab.check.CheckReport;
import io.trapeze.lab.render.CheckText;
import io.trapeze.lab.render.Json;
import io.trapeze.runtime.host.Host;
import io.trapeze.runtime.os.Platform;
import io.trapeze.testkit.check.Check;
import io.trapeze.testkit.check.Played;
import io.trapeze.testkit.check.Subject;
import io.trapeze.testkit.check.Switching;
import io.trapeze.testkit.check.Verdict;
import io.trapeze.testkit.check.Verdict.Failed;
import io.trapeze.testkit.check.Watcher;
import io.trapeze.testkit.sequence.CallSequences;
import io.trapeze.trampolines.BridgeTarget;
import io.trapeze.trampolines.CallBridge;
import io.trapeze.trampolines.Omission;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.Signature;
import io.trapeze.trampolines.abi.Abi;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code trapeze check}: runs code with all registers full of values, and tells which one did not survive. */
@Command(
        name = "check",
        header = "Run code with all registers full, and tell which one did not survive.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  trapeze check all",
            "  trapeze check mcall --abi win64 --tries 10000",
            "  trapeze check mcall --omit r12 --keep mcall.elf",
            "  trapeze check sequences --abi win64",
            "  trapeze check bridge --abi sysv --to win64",
            "  trapeze check function.s"
        })
final class CheckCommand implements Callable<Integer> {
    private static final String ALL = "all";
    private static final String SEQUENCES = "sequences";
    private static final String CALLEE = "callee";
    private static final String KEEP = "--keep";
    /** Steps in a sequence at most. */
    private static final int LONGEST = 8;

    /** What code can be said to be. */
    static final class RoleChoice extends Choice<String> {
        RoleChoice() {
            super(
                    "role",
                    Stream.concat(
                            Stream.of(CALLEE), Arrays.stream(Primitive.values()).map(Primitive::symbol)),
                    role -> role);
        }
    }

    private final TrapezeCommand trapeze;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "TARGET",
            description =
                    "A primitive; `all`; an ABI file, for all primitives of it; `sequences` of switches and interruptions through all four together; FILE.s with a function; or `bridge`, code by which functions of one ABI call those of another.")
    private String target;

    @Option(
            names = "--abi",
            paramLabel = AbiChoice.LABEL,
            defaultValue = "sysv",
            converter = AbiChoice.class,
            completionCandidates = AbiChoice.class,
            description =
                    "By which calling convention: ${COMPLETION-CANDIDATES}, or a file; ${DEFAULT-VALUE} unless given.")
    private Abi abi;

    @Option(
            names = "--save-set",
            paramLabel = "SET",
            defaultValue = "sse",
            converter = SaveSetChoice.class,
            completionCandidates = SaveSetChoice.class,
            description = "What async_preempt saves: ${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} unless given.")
    private SaveSet saveSet;

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            defaultValue = CALLEE,
            converter = RoleChoice.class,
            completionCandidates = RoleChoice.class,
            description = "What FILE.s is: ${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} unless given.")
    private String role;

    @Option(
            names = "--symbol",
            paramLabel = "NAME",
            description =
                    "Where the function begins in FILE.s; at its first .globl label, or its first byte, unless given.")
    private String symbol;

    @Option(
            names = "--omit",
            paramLabel = "REGISTER",
            split = ",",
            description = "Forget registers that the ABI preserves: a lie, to see it found out.")
    private List<String> omitted = List.of();

    @Option(
            names = "--to",
            paramLabel = AbiChoice.LABEL,
            defaultValue = "win64",
            converter = AbiChoice.class,
            completionCandidates = AbiChoice.class,
            description = "What a bridge calls, --abi being its caller's; ${DEFAULT-VALUE} unless given.")
    private Abi to;

    @Option(
            names = "--signature",
            paramLabel = "TYPES",
            defaultValue = "i64 f64 i64 f32 i64 f64 i64 f32 i64 f64 i64 i64 -> i64",
            description = "What passes over a bridge, of i64, f32 and f64: `${DEFAULT-VALUE}` unless given.")
    private String signature;

    @Mixin
    private Tries tries;

    @Option(
            names = KEEP,
            paramLabel = "FILE",
            description = "Leave the first failing case in FILE, as a program with symbols to open in gdb.")
    private Path keep;

    @Option(names = "--json", description = "Print the verdicts as JSON.")
    private boolean json;

    /** What is left in {@link #keep}, once the verdict is told. */
    private Optional<byte[]> kept = Optional.empty();

    CheckCommand(TrapezeCommand trapeze) {
        this.trapeze = trapeze;
    }

    @Override
    public Integer call() {
        if (keep != null && !Platform.current().isLinux()) {
            throw new CommandException(
                    Exit.IMPOSSIBLE, "--keep leaves a program for Linux, and this is none", "Leave it out");
        }
        if (keep != null) {
            OutputFile.require(keep, KEEP);
        }
        List<CheckReport> reports = target.endsWith(".s") ? List.of(source()) : generated();
        trapeze.shell().print(json ? Json.of(reports) : CheckText.of(reports, trapeze.outStyle()));
        kept.ifPresent(program -> OutputFile.write(keep, KEEP, program, true));
        return reports.stream().allMatch(CheckReport::passed) ? Exit.FINE : Exit.FAILED;
    }

    private List<CheckReport> generated() {
        return switch (target) {
            case Check.BRIDGE -> List.of(bridge());
            case SEQUENCES -> List.of(sequences());
            default -> primitives();
        };
    }

    private List<CheckReport> primitives() {
        boolean file = AbiChoice.isFile(target);
        List<Primitive> chosen = target.equals(ALL) || file
                ? List.of(Primitive.values())
                : List.of(Primitive.named(target).orElseThrow(() -> unknown()));
        refuse("a primitive", "--to", "--signature", "--role", "--symbol");
        if (!chosen.contains(Primitive.ASYNC_PREEMPT)) {
            refuse(target, "--save-set");
        }
        if (file) {
            refuse("an ABI file, which is the ABI", "--abi");
        }
        Abi checked = file ? new AbiChoice().convert(target) : abi;
        Omission omission = OmittedRegisters.of(omitted, checked, spec.commandLine());
        if (chosen.stream().allMatch(p -> isTheSame(p, checked, omission))) {
            refuse(target + " here, which stays the same", "--omit");
        }
        List<Subject> subjects = chosen.stream()
                .map(primitive ->
                        Subject.of(primitive, checked, saveSet).with(primitive.emit(checked, saveSet, omission)))
                .toList();
        subjects.forEach(subject -> requireRegisters(subject.needs(), subject.name())); // before any of them runs
        return subjects.stream().map(this::checked).toList();
    }

    /** Refuses options that would be of no effect: whoever gives one expects some. */
    private void refuse(String what, String... options) {
        for (String option : options) {
            if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw new ParameterException(
                        spec.commandLine(), option + " is not for " + what + ": leave it out, or check something else");
            }
        }
    }

    /** Whether a primitive is what it is without the omission, too. */
    private boolean isTheSame(Primitive primitive, Abi checked, Omission omission) {
        return Arrays.equals(
                primitive.emit(checked, saveSet).bytes(),
                primitive.emit(checked, saveSet, omission).bytes());
    }

    private ParameterException unknown() {
        return new ParameterException(
                spec.commandLine(),
                "can't check '" + target
                        + "'. Choose gogo, mcall, systemstack, async_preempt, all, sequences or bridge, or name an ABI file"
                        + " (mine.toml) or a source (function.s)");
    }

    private CheckReport checked(Subject subject) {
        return checked(
                subject.name(),
                subject.primitive().symbol(),
                check -> check.of(subject, tries.most(), tries.seed()),
                (check, failed) -> check.program(subject, failed.shrunk()),
                (verdict, replay) -> CheckReport.of(subject, verdict, replay));
    }

    /**
     * Checks code, with its cases noted and counted, and a failing one kept if that is wanted.
     *
     * @param symbol where the code begins
     * @param program makes a program of a failing case
     * @param report tells of what came of it
     */
    private CheckReport checked(
            String name,
            String symbol,
            Function<Check, Verdict> judged,
            BiFunction<Check, Failed, byte[]> program,
            BiFunction<Verdict, CheckReport.Replay, CheckReport> report) {
        try (CaseFile file = CaseFile.open(command());
                StatusLine status = new StatusLine(trapeze.shell());
                Check check = Check.open(watching(file, status, name))) {
            Verdict verdict = judged.apply(check);
            Optional<String> noted = file.keptUnless(verdict.passed());
            Optional<String> debugger = verdict instanceof Failed failed
                    ? debugger(symbol, () -> program.apply(check, failed))
                    : Optional.empty();
            return report.apply(verdict, new CheckReport.Replay(command(), noted, debugger));
        }
    }

    /** Notes each case before it runs, and tells how many there were. */
    private Watcher watching(CaseFile file, StatusLine status, String what) {
        return new Watcher() {
            private int tried;

            @Override
            public void trying(long seed) {
                file.note(seed);
                tried++;
                status.show("%s: try %,d of %,d".formatted(what, tried, tries.most()));
            }

            @Override
            public void failed() {
                file.keep();
            }
        };
    }

    /** Makes the program of a failing case if one is wanted, unless there is another one already; tells how to debug it. */
    private Optional<String> debugger(String symbol, Supplier<byte[]> program) {
        if (!Platform.current().isLinux()) {
            return Optional.empty();
        }
        if (keep == null || kept.isPresent()) {
            return Optional.of("add --keep FILE to leave this case as a program of its own");
        }
        kept = Optional.of(program.get());
        return Optional.of(ShellCommand.of(Stream.of("gdb", "-ex", "break " + symbol, "-ex", "run", keep.toString())));
    }

    private CheckReport sequences() {
        refuse("sequences", "--to", "--signature", "--role", "--symbol");
        Omission omission = OmittedRegisters.of(omitted, abi, spec.commandLine());
        Map<Primitive, CodeBlob> code = new EnumMap<>(Primitive.class);
        for (Primitive primitive : Primitive.values()) {
            requireRegisters(Subject.of(primitive, abi, saveSet).needs(), abi.name());
            code.put(primitive, primitive.emit(abi, saveSet, omission));
        }
        String name = "sequences of " + abi.name() + ", " + saveSet.label();
        try (CaseFile file = CaseFile.open(command());
                StatusLine status = new StatusLine(trapeze.shell());
                Switching switching = Switching.of(abi, saveSet, code)) {
            Played played = switching.play(
                    new CallSequences(LONGEST), tries.most(), tries.seed(), watching(file, status, name));
            Optional<String> noted = file.keptUnless(played.broken().isEmpty());
            Optional<String> debugger =
                    played.broken().flatMap(broken -> debugger("enter", () -> switching.program(played.sequence())));
            return CheckReport.of(name, played, new CheckReport.Replay(command(), noted, debugger));
        }
    }

    private CheckReport bridge() {
        refuse("a bridge", "--omit", "--save-set", "--role", "--symbol");
        CallBridge bridge;
        try {
            bridge = CallBridge.of(Signature.parse(signature), abi, to);
            Check.requireCheckable(bridge);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--signature: " + e.getMessage(), e);
        }
        CodeBlob code = bridge.emit(Check.BRIDGE, new BridgeTarget.Symbol(Check.BRIDGE_TARGET));
        String name = "bridge to " + to.name();
        List.of(abi, to).forEach(each -> requireRegisters(SaveSet.neededBy(each), each.name()));
        return checked(
                name,
                Check.BRIDGE,
                check -> check.ofBridge(bridge, code, tries.most(), tries.seed()),
                (check, failed) -> check.programOfBridge(bridge, code, failed.shrunk()),
                (verdict, replay) -> CheckReport.ofFunction(name, code, abi, verdict, replay));
    }

    private CheckReport source() {
        refuse("a source", "--omit", "--to", "--signature");
        if (!role.equals(CALLEE)) {
            refuse("a primitive", "--symbol");
        }
        if (!role.equals(Primitive.ASYNC_PREEMPT.symbol())) {
            refuse("a " + role, "--save-set");
        }
        CheckedSource source = CheckedSource.read(target, trapeze);
        Optional<Primitive> primitive = Primitive.named(role);
        if (primitive.isPresent()) {
            source.requireCodeAt(role, "");
            Subject subject = Subject.of(primitive.get(), abi, saveSet).with(source.code());
            requireRegisters(subject.needs(), subject.name());
            return checked(subject);
        }
        CheckedSource function = source.named();
        CodeBlob code = function.code();
        String start = symbol != null ? symbol : function.first();
        function.requireCodeAt(start, ", or name another with --symbol");
        requireRegisters(SaveSet.neededBy(abi), abi.name());
        return checked(
                start,
                start,
                check -> check.ofFunction(code, start, abi, tries.most(), tries.seed()),
                (check, failed) -> check.programOfFunction(code, start, abi, failed.shrunk()),
                (verdict, replay) -> CheckReport.ofFunction(start, code, abi, verdict, replay));
    }

    private static void requireRegisters(SaveSet needed, String what) {
        if (!needed.fits(SaveSet.widest(Host.detect().cpu().xcr0()))) {
            throw new CommandException(
                    Exit.IMPOSSIBLE,
                    "this processor lacks registers that " + what + " keeps",
                    "Check it on one with " + needed.label());
        }
    }

    /** Returns the command that does the same again. */
    private String command() {
        return ShellCommand.of(
                Stream.concat(Stream.of("trapeze"), spec.commandLine().getParseResult().originalArgs().stream()));
    }
}
