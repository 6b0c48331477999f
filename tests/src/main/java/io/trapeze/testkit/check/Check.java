// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.testkit.capsule.Capsule;
import io.trapeze.testkit.capsule.Ground;
import io.trapeze.testkit.check.Verdict.Ending;
import io.trapeze.testkit.state.Difference;
import io.trapeze.testkit.state.Part;
import io.trapeze.trampolines.CallBridge;
import io.trapeze.trampolines.abi.Abi;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Runs code again and again and holds it to its description. The same seed tries the same cases. For one thread; several of
 * them, one for each core, get on well.
 */
public final class Check implements AutoCloseable {
    /** What the code of a bridge calls its two ends: where it begins, and what it calls. */
    public static final String BRIDGE = "bridge";

    public static final String BRIDGE_TARGET = "target";

    private final Runner runner;
    private final Watcher watcher;

    private Check(Runner runner, Watcher watcher) {
        this.runner = runner;
        this.watcher = watcher;
    }

    /**
     * Opens a check, with a process of its own that runs the code; on other systems than Linux it runs in this one, and if it
     * crashes, so does the Java VM.
     *
     * @throws io.trapeze.runtime.os.UnsupportedHostException on another processor than x86-64, or a system that Trapeze refuses
     */
    public static Check open() {
        return open(seed -> {});
    }

    /**
     * Opens a check that tells of each case before it runs.
     *
     * @param watcher is told
     */
    public static Check open(Watcher watcher) {
        return on(Ground.open(), watcher);
    }

    /**
     * Opens a check of code that may well crash, as mutants do: nothing takes the Java VM with it.
     *
     * @throws io.trapeze.runtime.os.UnsupportedHostException if this is not Linux on x86-64
     */
    public static Check ofDangerousCode() {
        return on(Capsule.open(), seed -> {});
    }

    /** Opens a check of code that runs there and nowhere else; closing the check closes the ground. */
    public static Check on(Ground ground, Watcher watcher) {
        return new Check(Runner.on(ground), watcher);
    }

    /**
     * Tries code until something is wrong, or often enough.
     *
     * @param tries how many cases at most, from 1 on
     * @param seed of the cases
     * @throws IllegalArgumentException if there are no tries, or the processor lacks registers that the subject is to preserve
     */
    public Verdict of(Subject subject, int tries, long seed) {
        runner.requireRegisters(subject.needs(), subject.name());
        return judge(tries, seed, () -> new PrimitiveTrial(runner, subject));
    }

    /**
     * Calls a function until something is wrong, or often enough. Its first argument is the address of 4 kilobytes of random
     * bytes, the others are numbers from 0 to 64.
     *
     * @param function code; what it calls by symbols that it does not define is anything that keeps the convention
     * @param symbol where it begins
     * @param abi the convention whose rules for callees it is said to keep
     * @throws IllegalArgumentException if there are no tries, or no code
     */
    public Verdict ofFunction(CodeBlob function, String symbol, Abi abi, int tries, long seed) {
        return judge(tries, seed, () -> new FunctionTrial(runner, function, symbol, abi));
    }

    /**
     * Requires that a bridge can be checked, before any code of it runs.
     *
     * @throws IllegalArgumentException if its target gets more on the stack than the check sees
     */
    public static void requireCheckable(CallBridge bridge) {
        BridgeTrial.requireNoted(bridge);
    }

    /**
     * Calls a function of one convention by another's rules until something is wrong, or often enough.
     *
     * @param bridge what the code is said to do
     * @param code it, with the symbols {@link #BRIDGE} and, defined elsewhere, {@link #BRIDGE_TARGET}: what the generator makes, or
     *     anything else
     * @throws IllegalArgumentException if there are no tries, or as of {@link #requireCheckable}
     */
    public Verdict ofBridge(CallBridge bridge, CodeBlob code, int tries, long seed) {
        return judge(tries, seed, () -> new BridgeTrial(runner, bridge, code));
    }

    /** Returns a program that calls through a bridge in one case. */
    public byte[] programOfBridge(CallBridge bridge, CodeBlob code, Case only) {
        return program(() -> new BridgeTrial(runner, bridge, code), only);
    }

    /** Runs a subject in one case; what is wrong, if anything is. */
    public Verdict of(Subject subject, Case only) {
        return this.<Verdict>inPlace(
                () -> new PrimitiveTrial(runner, subject),
                trial -> attempt(trial, only)
                        .<Verdict>map(fault -> shrunk(trial, only, 1, fault))
                        .orElse(new Verdict.Passed(1)));
    }

    /**
     * Returns a program that does what a primitive does in one case, on its own: an ELF file for Linux, with symbols, to
     * open in a debugger. Of a case that runs code more than once it is the last run, in which the fault shows.
     */
    public byte[] program(Subject subject, Case only) {
        return program(() -> new PrimitiveTrial(runner, subject), only);
    }

    /** Returns a program that calls a function in one case. */
    public byte[] programOfFunction(CodeBlob function, String symbol, Abi abi, Case only) {
        return program(() -> new FunctionTrial(runner, function, symbol, abi), only);
    }

    private byte[] program(Supplier<Trial> made, Case only) {
        return inPlace(made, trial -> runner.ground().program(() -> attempt(trial, only)));
    }

    /** Returns the seed of one try. */
    public static long seedOf(long seed, int number) {
        return new SplittableRandom(seed * 1_000_003 + number).nextLong();
    }

    /** Requires a number of tries that tells something of code: none would call any code right. */
    static void requireTries(int tries) {
        if (tries < 1) {
            throw new IllegalArgumentException("can't check anything in " + tries + " tries: make 1 at least");
        }
    }

    private Verdict judge(int tries, long seed, Supplier<Trial> made) {
        requireTries(tries);
        return inPlace(made, trial -> {
            for (int number = 1; number <= tries; number++) {
                Case tried = Case.of(seedOf(seed, number));
                watcher.trying(tried.seed());
                Optional<Fault> fault = attempt(trial, tried);
                if (fault.isPresent()) {
                    watcher.failed();
                    return shrunk(trial, tried, number, fault.get());
                }
            }
            return new Verdict.Passed(tries);
        });
    }

    private <T> T inPlace(Supplier<Trial> made, Function<Trial, T> judged) {
        int mark = runner.ground().mark();
        try {
            return judged.apply(made.get());
        } finally {
            runner.ground().forget(mark);
        }
    }

    /** What went wrong in one try. */
    private record Fault(Ending ending, Difference difference) {
        boolean like(Fault other) {
            return ending == other.ending
                    && difference.register().equals(other.difference.register())
                    && difference.rule().equals(other.difference.rule());
        }
    }

    private static Optional<Fault> attempt(Trial trial, Case tried) {
        try {
            trial.run(tried);
            return Optional.empty();
        } catch (BrokenRule e) {
            return Optional.of(new Fault(e.ending(), e.difference()));
        } catch (StoppedRun e) {
            return Optional.of(new Fault(e.ending(), e.difference()));
        }
    }

    /** A case, and what goes wrong in it. */
    private record Failing(Case tried, Fault fault) {}

    /** Quiets all registers that the fault does without. */
    private Verdict shrunk(Trial trial, Case tried, int number, Fault first) {
        Set<String> live = new TreeSet<>();
        Part.all(runner.ground().widest().withX87()).forEach(part -> live.add(Scene.name(part)));
        live.removeAll(tried.quiet());
        String named = first.difference().register();
        Failing smallest = quieted(
                trial,
                new Failing(tried, first),
                live.stream().filter(register -> !register.equals(named)).toList());
        smallest = quieted(trial, smallest, live.contains(named) ? List.of(named) : List.of());
        live.removeAll(smallest.tried().quiet());
        Fault fault = smallest.fault();
        return new Verdict.Failed(number, fault.ending(), fault.difference(), smallest.tried(), live);
    }

    /** Quiets what the fault does without of some registers: all of them or, if that is too much, of one half and then of the other. */
    private static Failing quieted(Trial trial, Failing smallest, List<String> registers) {
        if (registers.isEmpty()) {
            return smallest;
        }
        Case candidate = smallest.tried();
        for (String register : registers) {
            candidate = candidate.quieting(register);
        }
        Optional<Fault> same = attempt(trial, candidate).filter(smallest.fault()::like);
        if (same.isPresent()) {
            return new Failing(candidate, same.get());
        }
        int half = registers.size() / 2;
        return half == 0
                ? smallest
                : quieted(
                        trial,
                        quieted(trial, smallest, registers.subList(0, half)),
                        registers.subList(half, registers.size()));
    }

    /** Gives back what it takes: a process, or memory of this one. */
    @Override
    public void close() {
        runner.close();
    }
}
