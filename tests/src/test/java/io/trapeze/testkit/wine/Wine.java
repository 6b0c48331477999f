// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.wine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Wine, with a Windows of its own for as long as this JVM runs: setting one up takes longer than all that is done in it. */
public final class Wine {
    private static final int SECONDS = 300;
    private static Wine instance;

    private final Path folder;
    private final String wine;
    private final String server;

    private Wine(String compiler, String wine, String server) {
        this.wine = wine;
        this.server = server;
        try {
            // Not JUnit's temporary folder: that warns of each of the links out of it that Wine makes.
            this.folder = Files.createTempDirectory("trapeze-wine");
            Runtime.getRuntime().addShutdownHook(new Thread(this::delete));
            for (String source : List.of("server.c", "guarded.s")) {
                try (InputStream text = getClass().getResourceAsStream(source)) {
                    Files.copy(Objects.requireNonNull(text), folder.resolve(source));
                }
            }
            run(compiler, "-O1", "-Wall", "-o", "server.exe", "server.c", "guarded.s");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The one of this JVM; a test that asks is skipped, with the reason, where Wine or the compiler are not installed. */
    public static synchronized Wine orSkip() {
        if (instance == null) {
            instance = new Wine(found("x86_64-w64-mingw32-gcc"), found("wine64"), found("wineserver"));
        }
        return instance;
    }

    /** Starts the program that does what it is told, see {@code server.c}. */
    Process startServer() {
        try {
            return builder(wine, "server.exe")
                    .redirectError(folder.resolve("errors").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A folder that Windows processes see as well, by {@link #windowsName}. */
    Path folder() {
        return folder;
    }

    /** The name by which Wine shows a file to its processes. */
    static String windowsName(Path file) {
        return "Z:" + file.toAbsolutePath();
    }

    private static String found(String program) {
        List<String> path = Arrays.asList(System.getenv("PATH").split(File.pathSeparator));
        String file = Stream.concat(path.stream(), Stream.of("/usr/lib/wine", "/usr/lib64/wine"))
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElse("");
        assumeTrue(!file.isEmpty(), program + " is not installed (Debian: wine64, gcc-mingw-w64-x86-64)");
        return file;
    }

    private ProcessBuilder builder(String... command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment()
                .putAll(Map.of(
                        "WINEPREFIX",
                        folder.resolve("wine").toString(),
                        "WINEDEBUG",
                        "-all",
                        "WINEDLLOVERRIDES",
                        "mscoree,mshtml=",
                        "DISPLAY",
                        ""));
        return builder;
    }

    private void run(String... command) throws IOException {
        Path output = folder.resolve("output");
        Process process = builder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("gave up after " + SECONDS + " s: " + List.of(command));
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted: " + List.of(command), e);
        }
        if (process.exitValue() != 0) {
            throw new IllegalStateException(List.of(command) + " says: " + Files.readString(output));
        }
    }

    private void delete() {
        try {
            if (Files.exists(folder.resolve("wine"))) {
                builder(server, "--kill").start().waitFor();
                builder(server, "--wait").start().waitFor();
            }
            try (Stream<Path> files = Files.walk(folder)) { // which follows no link
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
