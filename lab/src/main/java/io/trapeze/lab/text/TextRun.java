// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.text;

import io.trapeze.emitter.text.Source;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs a source's goroutines in a process of its own, which they may crash.
 *
 * @param carriers threads that run them
 * @param preempt whether one that does not yield is interrupted for the others
 * @param timeout how long they may take
 */
public record TextRun(int carriers, boolean preempt, Duration timeout) {
    private static final int LONGEST_LOG = 1 << 20;

    /**
     * Runs a source that has no errors, and waits for its end.
     *
     * @param out takes what it prints, while it runs; what it throws ends the process, and is thrown again
     * @throws IOException if no process can be started
     * @throws InterruptedException if this thread was interrupted; the process is ended then
     */
    public Ending of(Source source, Consumer<byte[]> out) throws IOException, InterruptedException {
        Process process = JavaProcess.of(
                        GoroutineProcess.class,
                        List.of(source.name(), Integer.toString(carriers), Boolean.toString(preempt)))
                .start();
        try {
            CodeMap code = new CodeMap();
            CompletableFuture<Void> printing = CompletableFuture.runAsync(() -> pump(process, out));
            CompletableFuture<String> log = CompletableFuture.supplyAsync(() -> log(process.getInputStream(), code));
            feed(process, source);
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                return Ending.tooLong(timeout.toSeconds());
            }
            printing.join();
            return Ending.of(process.exitValue(), code, log.join());
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException refused ? refused : e;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /** A process that ends before it has read all says why in its status. */
    private static void feed(Process process, Source source) {
        try (OutputStream in = process.getOutputStream()) {
            in.write(source.text().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // told by the status
        }
    }

    /** Where nobody takes what it prints, there is no reason to run on. */
    private static void pump(Process process, Consumer<byte[]> to) {
        byte[] buffer = new byte[8192];
        InputStream from = process.getErrorStream();
        try {
            for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
                to.accept(Arrays.copyOf(buffer, n));
            }
        } catch (IOException e) {
            // the process is gone: its status tells
        } catch (RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private static String log(InputStream from, CodeMap code) {
        StringBuilder log = new StringBuilder();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!code.take(line) && log.length() < LONGEST_LOG) {
                    log.append(line).append('\n');
                }
            }
        } catch (IOException e) {
            log.append(e.getMessage());
        }
        return log.toString();
    }
}
