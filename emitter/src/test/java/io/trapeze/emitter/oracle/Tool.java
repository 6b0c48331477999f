// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** A program of another project, found on the path, that tests compare with. */
public record Tool(String name) {
    public static final Tool AS = new Tool("as");
    public static final Tool LLVM_MC = new Tool("llvm-mc");
    public static final Tool OBJDUMP = new Tool("objdump");

    boolean present() {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
    }

    /** Skips the running test, and says why, on a machine without this program. */
    public void assumePresent() {
        assumeTrue(present(), "'" + name + "' is not on this machine's PATH, so there is nothing to compare with");
    }

    /** Returns what the program says of its version. */
    String version() throws IOException {
        Path directory = Files.createTempDirectory("version");
        try {
            return run(directory, "--version")
                    .lines()
                    .filter(line -> line.matches(".*\\d\\.\\d.*"))
                    .findFirst()
                    .orElseThrow()
                    .strip();
        } finally {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(directory);
        }
    }

    /**
     * Returns how to start a command in a directory. glibc is to take large pages for its heap: where a page fault is dear, as in
     * some virtual machines, GNU as is three times as fast then.
     */
    static ProcessBuilder process(Path directory, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().put("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1:glibc.malloc.top_pad=33554432");
        return builder;
    }

    /** Runs the program in a directory and returns what it writes; an exit code other than 0 is a failure. */
    public String run(Path directory, String... arguments) {
        List<String> command = new ArrayList<>(List.of(name));
        command.addAll(List.of(arguments));
        try {
            Path output = directory.resolve(name + ".out");
            Path errors = directory.resolve(name + ".err");
            int exit = process(directory, command)
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start()
                    .waitFor();
            if (exit != 0) {
                List<String> lines = Files.readAllLines(errors);
                throw new AssertionError(command + " ended with " + exit + ":\n"
                        + String.join("\n", lines.subList(0, Math.min(30, lines.size()))));
            }
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + command, e);
        }
    }
}
