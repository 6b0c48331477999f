// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.emission;

import io.trapeze.bench.sampling.Conditions;
import io.trapeze.bench.sampling.Samples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** Measures the emitter beside others, under JMH, and the first block of fresh Java VMs. */
public final class EmissionBench {
    private static final String RUN = "io.trapeze.bench.jmh.EmissionRun";
    private static final String FIRST_BLOCK = "io.trapeze.bench.jmh.FirstBlock";
    /** The class that {@code FirstBlock} loads when its block is finished. */
    private static final String MARK = FIRST_BLOCK + "$Finished ";

    /** What lets Graal's assembler run; every emitter gets it, so that all run under the same conditions. */
    private static final List<String> GRAAL_OPTIONS = List.of(
            "-XX:+UnlockExperimentalVMOptions",
            "-XX:+EnableJVMCI",
            "--add-modules=jdk.internal.vm.ci",
            "--add-exports=jdk.internal.vm.ci/jdk.vm.ci.amd64=ALL-UNNAMED",
            "--add-exports=jdk.internal.vm.ci/jdk.vm.ci.code=ALL-UNNAMED",
            "--add-exports=jdk.internal.vm.ci/jdk.vm.ci.meta=ALL-UNNAMED");

    private EmissionBench() {}

    /**
     * Builds what is needed, and measures.
     *
     * @param progress is told what is done now
     * @throws InterruptedException if this thread was interrupted
     * @throws IllegalStateException if this is no checkout, or a child fails
     */
    public static EmissionReport run(Effort effort, Consumer<String> progress) throws InterruptedException {
        JmhModule module = JmhModule.here();
        try {
            progress.accept("building the emitters to compare");
            output(module.build());
            Conditions conditions = Conditions.now(OptionalInt.empty());
            EmissionReport.FirstBlock firstBlock = firstBlock(module, effort.starts(), progress);
            progress.accept("measuring all emitters, in " + effort.rounds() + " rounds");
            List<String> command = java(GRAAL_OPTIONS, module.classPath());
            command.addAll(List.of(
                    RUN,
                    String.valueOf(effort.rounds()),
                    String.valueOf(effort.iterations()),
                    String.valueOf(effort.milliseconds()),
                    module.log().toString()));
            List<Iteration> iterations =
                    output(command).lines().map(Iteration::parse).toList();
            return EmissionReport.of(conditions, iterations, firstBlock);
        } catch (IOException e) {
            throw new UncheckedIOException("can't measure in " + module.root(), e);
        }
    }

    /** Starts one Java VM after the other; the first, which finds cold file caches, does not count. */
    private static EmissionReport.FirstBlock firstBlock(JmhModule module, int starts, Consumer<String> progress)
            throws IOException, InterruptedException {
        List<String> command = java(List.of(), module.emitterAlone());
        command.add(FIRST_BLOCK);
        List<Double> milliseconds = new ArrayList<>();
        for (int i = 0; i <= starts; i++) {
            progress.accept("start " + i + " of " + starts);
            double ms = Double.parseDouble(output(command).strip()) / 1e6;
            if (i > 0) {
                milliseconds.add(ms);
            }
        }
        List<String> telling = java(List.of("-Xlog:class+load:stdout:none"), module.emitterAlone());
        telling.add(FIRST_BLOCK);
        return new EmissionReport.FirstBlock(Samples.of(milliseconds).medianNs(), classes(output(telling)), starts);
    }

    /** Counts the classes that were loaded between the probe and its mark, but for the JDK's own: opening the jar takes a hundred. */
    static int classes(String log) {
        List<String> lines = log.lines().toList();
        int from = -1;
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(FIRST_BLOCK + " ")) {
                from = i;
            }
            if (lines.get(i).startsWith(MARK) && from >= 0) {
                return (int) lines.subList(from + 1, i).stream()
                        .filter(line ->
                                !line.contains(" source: jrt:/") && !line.contains(" source: shared objects file"))
                        .count();
            }
        }
        throw new IllegalStateException("the Java VM did not tell which classes it loaded, so they can't be counted");
    }

    private static List<String> java(List<String> options, String classPath) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", classPath));
        return command;
    }

    private static String output(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process child = builder.start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = child.waitFor();
        if (status != 0) {
            throw new IllegalStateException(
                    "this ended with status " + status + ", what it wrote is above: " + String.join(" ", command));
        }
        return output;
    }
}
