// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How a Java VM of its own fared that ran one main class of the tests: for what may end it, or changes what holds for a whole
 * process.
 *
 * @param exit its exit code
 * @param output what it printed, errors and crash report included
 */
public record ChildJvm(int exit, String output) {

    /** Runs {@code main}, on the Java of this process. */
    public static ChildJvm run(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ErrorFileToStdout",
                "-XX:-CreateCoredumpOnCrash",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        try {
            Process child =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            Thread limit = new Thread(() -> endAfterAMinute(child));
            limit.setDaemon(true);
            limit.start();
            String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new ChildJvm(child.waitFor(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void endAfterAMinute(Process child) {
        try {
            if (!child.waitFor(1, TimeUnit.MINUTES)) {
                child.destroyForcibly();
            }
        } catch (InterruptedException e) {
            child.destroyForcibly();
        }
    }
}
