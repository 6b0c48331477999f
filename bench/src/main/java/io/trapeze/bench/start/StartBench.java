// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.start;

import io.trapeze.bench.sampling.Conditions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Times how long fresh Java VMs take to emit and map the four primitives. Each is a child process with the class path and the
 * Java VM of this one, and no options.
 */
public final class StartBench {
    private StartBench() {}

    /**
     * Starts them one after the other; the first, which finds cold file caches, does not count.
     *
     * @param count how many count, from 1
     * @param progress is told which one is running
     * @throws InterruptedException if this thread was interrupted
     * @throws IllegalStateException if a child fails
     */
    public static StartReport run(int count, Consumer<String> progress) throws InterruptedException {
        if (count < 1) {
            throw new IllegalArgumentException(count + " starts: measure one at least");
        }
        Conditions conditions = Conditions.now(OptionalInt.empty());
        List<Start> starts = new ArrayList<>();
        for (int i = 0; i <= count; i++) {
            progress.accept("start " + i + " of " + count);
            starts.add(start());
        }
        return StartReport.of(conditions, starts.subList(1, starts.size()));
    }

    private static Start start() throws InterruptedException {
        List<String> command = command();
        try {
            Process child = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = child.waitFor();
            if (status != 0) {
                throw new IllegalStateException("a child ended with status " + status + ", what it wrote is above: "
                        + String.join(" ", command));
            }
            return Start.parse(output);
        } catch (IOException e) {
            throw new UncheckedIOException("can't run " + String.join(" ", command), e);
        }
    }

    private static List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= 24) {
            command.add("--enable-native-access=ALL-UNNAMED"); // a class path has no manifest to say it in
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), StartProbe.class.getName()));
        return command;
    }
}
