// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.jmh;

import io.trapeze.bench.jmh.block.GraalBlock;
import io.trapeze.bench.jmh.block.JnrBlock;
import io.trapeze.bench.jmh.block.TrapezeBlock;
import io.trapeze.bench.jmh.block.TrapezeByName;
import io.trapeze.bench.jmh.block.TrapezeGenerator;
import io.trapeze.emitter.Assembler;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs {@link Emission} in rounds, each benchmark in a fresh Java VM of its own in each round, so that what else happens on the
 * machine hits all alike. Prints a line for each measured iteration: benchmark, nanoseconds a block, bytes allocated a block,
 * with tabs between them.
 *
 * <p>Arguments: number of rounds, measured iterations in each, milliseconds of an iteration, and a file for what JMH says.
 */
public final class EmissionRun {
    private EmissionRun() {}

    /** Checks that all emitters write the same bytes, and measures. */
    public static void main(String[] arguments) throws RunnerException {
        checkSameBytes();
        int rounds = Integer.parseInt(arguments[0]);
        for (int round = 1; round <= rounds; round++) {
            measure(Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]), arguments[3] + "." + round);
        }
    }

    private static void measure(int iterations, int milliseconds, String log) throws RunnerException {
        TimeValue time = TimeValue.milliseconds(milliseconds);
        new Runner(new OptionsBuilder()
                        .include("^" + Emission.class.getName().replace(".", "\\.") + "\\.")
                        .forks(1)
                        .warmupIterations(iterations)
                        .warmupTime(time)
                        .measurementIterations(iterations)
                        .measurementTime(time)
                        .addProfiler(GCProfiler.class)
                        .shouldFailOnError(true)
                        .output(log)
                        .build())
                .run()
                .forEach(run -> run.getBenchmarkResults()
                        .forEach(result -> print(run.getPrimaryResult().getLabel(), result)));
    }

    private static void print(String benchmark, BenchmarkResult result) {
        for (IterationResult iteration : result.getIterationResults()) {
            System.out.println(String.join(
                    "\t",
                    benchmark,
                    String.valueOf(iteration.getPrimaryResult().getScore()),
                    String.valueOf(iteration
                            .getSecondaryResults()
                            .get("gc.alloc.rate.norm")
                            .getScore())));
        }
    }

    private static void checkSameBytes() {
        GraalBlock graal = new GraalBlock();
        graal.emit();
        JnrBlock jnr = new JnrBlock();
        jnr.emit();
        byte[] expected = bytes(TrapezeBlock::emit);
        Map<String, byte[]> others = new LinkedHashMap<>();
        others.put("generator", bytes(TrapezeGenerator::emit));
        others.put("by name", bytes(TrapezeByName::emit));
        others.put("Graal", graal.bytes());
        others.put("jnr-x86asm", jnr.bytes());
        List<String> different = others.entrySet().stream()
                .filter(other -> !Arrays.equals(other.getValue(), expected))
                .map(other -> other.getKey() + " " + HexFormat.of().formatHex(other.getValue()))
                .toList();
        if (!different.isEmpty()) {
            throw new IllegalStateException(
                    "the emitters do not write the same bytes, so their times can't be compared: "
                            + HexFormat.of().formatHex(expected) + " is ours; " + String.join("; ", different));
        }
    }

    private static byte[] bytes(Consumer<Assembler> block) {
        Assembler assembler = new Assembler(false);
        block.accept(assembler);
        return assembler.finish("block").bytes();
    }
}
