// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.testkit.capsule.Ground;
import io.trapeze.testkit.generate.Drawn;
import io.trapeze.testkit.generate.Generator;
import io.trapeze.testkit.sequence.CallSequence;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

/**
 * The primitives of a convention, all four together, in a process of their own where this is Linux: sequences are played through them, and each
 * step is held to the description.
 */
public final class Switching implements AutoCloseable {
    private final Runner runner;
    private final Abi abi;
    private final SequenceRun run;

    private Switching(Runner runner, Abi abi, SequenceRun run) {
        this.runner = runner;
        this.abi = abi;
        this.run = run;
    }

    /**
     * Opens one with what the generators make.
     *
     * @param saveSet what {@code async_preempt} saves
     * @throws io.trapeze.trampolines.abi.AbiException if the ABI leaves too few scratch registers for any of them
     * @throws IllegalArgumentException if the processor lacks registers that they keep
     * @throws io.trapeze.runtime.os.UnsupportedHostException on another processor than x86-64, or a system that Trapeze refuses
     */
    public static Switching of(Abi abi, SaveSet saveSet) {
        return of(abi, saveSet, Map.of());
    }

    /**
     * Opens one with other code for some of them.
     *
     * @param instead code with the primitive's symbol in it
     */
    public static Switching of(Abi abi, SaveSet saveSet, Map<Primitive, CodeBlob> instead) {
        return on(Ground::open, abi, saveSet, instead);
    }

    /** Opens one whose code runs on a ground of one's own; closing it closes the ground. */
    public static Switching on(Supplier<Ground> ground, Abi abi, SaveSet saveSet, Map<Primitive, CodeBlob> instead) {
        Map<Primitive, CodeBlob> code = new EnumMap<>(Primitive.class);
        Arrays.stream(Primitive.values()).forEach(p -> code.put(p, p.emit(abi, saveSet)));
        code.putAll(instead);
        code.forEach((primitive, blob) -> blob.offset(primitive.symbol())); // refused before a process is started
        Runner runner = Runner.on(ground.get());
        try {
            code.keySet()
                    .forEach(p ->
                            runner.requireRegisters(Subject.of(p, abi, saveSet).needs(), abi.name()));
            return new Switching(runner, abi, new SequenceRun(runner, abi, saveSet, code));
        } catch (RuntimeException e) {
            runner.close();
            throw e;
        }
    }

    /** Plays one. */
    public synchronized Played play(CallSequence sequence) {
        try {
            run.play(sequence);
            return Played.right(sequence, abi);
        } catch (BrokenRule e) {
            return Played.wrong(sequence, abi, e.ending(), e.difference());
        } catch (StoppedRun e) {
            return Played.wrong(sequence, abi, e.ending(), e.difference().during(run.step()));
        }
    }

    /**
     * Plays sequences until one goes wrong, or often enough.
     *
     * @param tries how many at most, from 1 on
     * @param seed of the sequences; the same number takes the same ones
     * @return the simplest that goes wrong by the same rule as the first that did, or the last
     */
    public Played play(Generator<CallSequence> sequences, int tries, long seed) {
        return play(sequences, tries, seed, number -> {});
    }

    /**
     * Plays sequences, and tells of each before it is played.
     *
     * @param watcher is told
     * @throws IllegalArgumentException if there are no tries
     */
    public Played play(Generator<CallSequence> sequences, int tries, long seed, Watcher watcher) {
        Check.requireTries(tries);
        for (int number = 1; ; number++) {
            long own = Check.seedOf(seed, number);
            watcher.trying(own);
            Drawn<CallSequence> drawn = sequences.draw(new Random(own));
            Played played = play(drawn.value());
            if (played.broken().isPresent()) {
                watcher.failed();
                String rule = played.broken().get().rule();
                return play(drawn.simplest(sequence -> play(sequence)
                                        .broken()
                                        .filter(difference -> difference.rule().equals(rule))
                                        .isPresent())
                                .value())
                        .after(number);
            }
            if (number >= tries) {
                return played.after(number);
            }
        }
    }

    /**
     * Returns a program that does on its own what the last stretch of code does in a sequence, the one that goes wrong if one does: an
     * ELF file for Linux, with symbols, to open in a debugger.
     */
    public synchronized byte[] program(CallSequence sequence) {
        return runner.ground().program(() -> play(sequence));
    }

    /** Gives back what it takes: a process, or memory of this one. */
    @Override
    public synchronized void close() {
        runner.close();
    }
}
