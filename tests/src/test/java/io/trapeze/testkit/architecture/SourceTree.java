// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The checkout these tests run in, as files. */
record SourceTree(Path root) {
    /** The modules, each allowed to know those before it. */
    static final List<String> MODULES =
            List.of("emitter", "formats", "trampolines", "runtime", "tests", "tests/jqwik", "bench", "lab");

    /** The tree that the current test run belongs to: the parent of the module's folder. */
    static SourceTree here() {
        Path module = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        Path root = module.getParent();
        if (!Files.isRegularFile(root.resolve("mvnw"))) {
            throw new IllegalStateException(
                    "no mvnw in " + root + ": run these tests by Maven, or from the folder tests/");
        }
        return new SourceTree(root);
    }

    /** The Java files of all modules, without what the build generates. */
    List<Path> javaFiles() {
        return MODULES.stream()
                .map(module -> root.resolve(module).resolve("src"))
                .flatMap(SourceTree::filesUnder)
                .filter(file -> file.toString().endsWith(".java"))
                .toList();
    }

    /** The path of {@code file} as messages show it. */
    String name(Path file) {
        return root.relativize(file).toString();
    }

    /** All lines of {@code file}. */
    static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> filesUnder(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Stream.empty();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
