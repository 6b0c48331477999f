// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.emission;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The Maven module {@code bench/jmh}, which no other depends on: its peers are big, and their classes fit one JDK only. So it is
 * built when it is asked for, with the JDK that runs this.
 *
 * @param root the folder of the checkout
 */
record JmhModule(Path root) {
    private static final String FOLDER = "bench/jmh";

    /**
     * Finds the checkout that this class was built in.
     *
     * @throws IllegalStateException if it is not in one
     */
    static JmhModule here() {
        Optional<Path> root = Optional.empty();
        try {
            Path code = Path.of(JmhModule.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            root = Stream.iterate(code, folder -> folder != null, Path::getParent)
                    .filter(folder -> Files.exists(folder.resolve(FOLDER).resolve("pom.xml")))
                    .findFirst();
        } catch (URISyntaxException | IllegalArgumentException e) {
            // not in a file system, so in no checkout
        }
        return new JmhModule(
                root.orElseThrow(() -> new IllegalStateException("the emitters are built by Maven when they are"
                        + " measured, which needs Trapeze's sources: run ./trapeze bench emit in a checkout")));
    }

    /** Returns the command that builds it. */
    List<String> build() {
        String wrapper = File.separatorChar == '\\' ? "mvnw.cmd" : "mvnw";
        return List.of(
                root.resolve(wrapper).toString(),
                "-f",
                root.resolve("pom.xml").toString(),
                "-q",
                "-B",
                "--no-transfer-progress",
                "-Dstyle.color=never",
                "-Dquick",
                "-Pjmh",
                "-pl",
                FOLDER,
                "-am",
                "package");
    }

    /** The class path of a run: its classes, and the jars that Maven copied beside them. */
    String classPath() throws IOException {
        try (Stream<Path> jars = Files.list(target().resolve("lib"))) {
            return Stream.concat(Stream.of(classes()), jars.map(Path::toString).sorted())
                    .reduce((one, other) -> one + File.pathSeparator + other)
                    .orElseThrow();
        }
    }

    /** The class path of a start: two jars, as programs have them, the second one the emitter's. */
    String emitterAlone() throws IOException {
        return jar(target(), "trapeze-bench-jmh-")
                + File.pathSeparator
                + jar(target().resolve("lib"), "trapeze-emitter-");
    }

    private Path jar(Path folder, String name) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches(name + ".*[.]jar"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("there is no " + name + "….jar in " + folder
                            + ": build it again with " + String.join(" ", build())));
        }
    }

    /** Where a run may leave what JMH says. */
    Path log() {
        return target().resolve("jmh.log");
    }

    private String classes() {
        return target().resolve("classes").toString();
    }

    private Path target() {
        return root.resolve(FOLDER)
                .resolve("target")
                .resolve("jdk-" + System.getProperty("java.specification.version"));
    }
}
