// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.peers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * A command that is over when its time is: what still runs then is killed, with all that it started.
 *
 * @param words the program and its arguments
 * @param environment variables it gets besides those of this process
 * @param folder where it runs, and where its output is kept meanwhile
 * @param limit how long it may take
 */
record BoundedCommand(List<String> words, Map<String, String> environment, Path folder, Duration limit) {
    private static final int OUTPUT_LIMIT = 64 * 1024;
    private static final int SHOWN_LINES = 6;

    /**
     * How it ended.
     *
     * @param status the exit status, 0 for success; empty when it was killed at the limit
     * @param output its standard output, at most 64 KiB
     * @param diagnostics its standard error, at most 64 KiB
     */
    record Ending(OptionalInt status, String output, String diagnostics) {
        boolean success() {
            return status.equals(OptionalInt.of(0));
        }

        boolean late() {
            return status.isEmpty();
        }
    }

    /**
     * Runs it to its end.
     *
     * @throws IOException if it can't be started, or its output not be kept
     * @throws InterruptedException if this thread was interrupted; the command is killed then
     */
    Ending run() throws IOException, InterruptedException {
        // Files rather than pipes: a pipe can be held open by a grandchild, and a full one stops the command.
        Path output = Files.createTempFile(folder, "out-", "");
        Path diagnostics = Files.createTempFile(folder, "err-", "");
        try {
            ProcessBuilder builder = new ProcessBuilder(words)
                    .directory(folder.toFile())
                    .redirectOutput(output.toFile())
                    .redirectError(diagnostics.toFile());
            builder.environment().putAll(environment);
            builder.environment().put("LC_ALL", "C.UTF-8"); // diagnostics are searched for English words
            builder.environment().put("LANGUAGE", "");
            Process process = builder.start();
            boolean inTime;
            try {
                process.getOutputStream().close();
                inTime = process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
            } finally {
                kill(process);
            }
            OptionalInt status = inTime ? OptionalInt.of(process.exitValue()) : OptionalInt.empty();
            return new Ending(status, start(output), start(diagnostics));
        } finally {
            Files.deleteIfExists(output);
            Files.deleteIfExists(diagnostics);
        }
    }

    /** What to tell about an ending that is not a success: the command, how it ended, the first lines it wrote. */
    String complaint(Ending ending) {
        String how = ending.late()
                ? "was still running after " + limit.toMillis() + " ms"
                : "ended with status " + ending.status().orElseThrow();
        List<String> wrote = ending.diagnostics()
                .lines()
                .filter(line -> !line.isBlank())
                .limit(SHOWN_LINES)
                .toList();
        return String.join(" ", words) + " " + how + (wrote.isEmpty() ? "" : ":\n  " + String.join("\n  ", wrote));
    }

    private static void kill(Process process) throws InterruptedException {
        if (process.isAlive()) {
            List<ProcessHandle> started = process.descendants().toList(); // known only while their parent lives
            process.destroyForcibly();
            started.forEach(ProcessHandle::destroyForcibly);
            process.waitFor();
        }
    }

    private static String start(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(OUTPUT_LIMIT), StandardCharsets.UTF_8);
        }
    }
}
