// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder in which files that the command line wrote go through the tools of others.
 *
 * @param folder where everything lies
 */
record Workshop(Path folder) {
    /** Skips the test that calls it, and says why, if a program is missing. */
    static void assumeTools(String... names) {
        for (String name : names) {
            boolean found = Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                    .anyMatch(directory -> new File(directory, name).canExecute());
            assumeTrue(found, "no " + name + " on the PATH, so nobody can tell what it makes of the file");
        }
    }

    /** Runs {@code trapeze} with the words of a line, which must succeed without a message. */
    void trapeze(String line) {
        List<String> words = Stream.of(line.split(" "))
                .map(word -> word.contains(".") ? folder.resolve(word).toString() : word)
                .toList();
        Session.Ending ending = new Session().run(words.toArray(String[]::new));
        assertThat(ending.err()).isEmpty();
        assertThat(ending.exit()).as(line).isZero();
    }

    /** Runs another program with the words of a line, which must succeed; returns all it prints. */
    String run(String line) throws IOException, InterruptedException {
        return run(line, true);
    }

    /** Runs another program, which must fail; returns all it prints. */
    String runInVain(String line) throws IOException, InterruptedException {
        return run(line, false);
    }

    private String run(String line, boolean success) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(line.split(" "))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor() == 0).as("%s%n%s", line, output).isEqualTo(success);
        return output;
    }

    /** Runs another program, which must succeed and print nothing: no warning either. */
    void runSilently(String line) throws IOException, InterruptedException {
        assertThat(run(line)).as(line).isEmpty();
    }
}
