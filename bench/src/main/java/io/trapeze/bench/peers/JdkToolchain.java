// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.peers;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/** A JDK with virtual threads, which runs a single source file by itself. */
record JdkToolchain() implements Toolchain {
    /** The first release whose virtual threads are not a preview (JEP 444). */
    static final int FIRST_RELEASE = 21;

    /**
     * {@inheritDoc}
     *
     * <p>A JDK that a variable {@code JAVA_HOME_…} names comes first, then {@code JAVA_HOME}, then the one that runs
     * this, then those of the machine; within each, the newest.
     */
    @Override
    public Optional<Recipe> find(Surroundings surroundings) {
        return Stream.of(
                        homesNamed(surroundings.environment(), "JAVA_HOME_"),
                        homesNamed(surroundings.environment(), "JAVA_HOME"),
                        List.of(surroundings.thisJdk()),
                        homesUnder(surroundings.jdks()))
                .flatMap(homes -> newest(homes).stream())
                .findFirst()
                .map(JdkToolchain::recipe);
    }

    private static Recipe recipe(Path home) {
        Path java = home.resolve("bin/java");
        return new Recipe(
                java,
                List.of(),
                List.of(
                        java.toString(),
                        "-XX:+UseSerialGC", // no collector thread competes for the one processor
                        "-Djdk.virtualThreadScheduler.parallelism=1",
                        "-Djdk.virtualThreadScheduler.maxPoolSize=1",
                        Recipe.SOURCE),
                Map.of("JAVA_TOOL_OPTIONS", "", "JDK_JAVA_OPTIONS", "", "_JAVA_OPTIONS", ""));
    }

    private static List<Path> homesNamed(Map<String, String> environment, String name) {
        return environment.entrySet().stream()
                .filter(variable -> name.endsWith("_")
                        ? variable.getKey().startsWith(name)
                        : variable.getKey().equals(name))
                .map(Map.Entry::getValue)
                .filter(value -> !value.isBlank())
                .map(Path::of)
                .toList();
    }

    private static List<Path> homesUnder(Path jdks) {
        if (!Files.isDirectory(jdks)) {
            return List.of();
        }
        try (Stream<Path> homes = Files.list(jdks)) {
            return homes.toList();
        } catch (IOException e) {
            return List.of(); // a folder that may not be read holds no JDK for us
        }
    }

    private static Optional<Path> newest(List<Path> homes) {
        record Candidate(Path home, int release) {}
        List<Candidate> candidates = new ArrayList<>();
        for (Path home : homes) {
            int release = featureRelease(home);
            // Only a full JDK compiles the source file that it is asked to run: javac stands for that.
            if (release >= FIRST_RELEASE
                    && Files.isExecutable(home.resolve("bin/java"))
                    && Files.isExecutable(home.resolve("bin/javac"))) {
                candidates.add(new Candidate(home, release));
            }
        }
        return candidates.stream()
                .max(Comparator.comparingInt(Candidate::release).thenComparing(Candidate::home))
                .map(Candidate::home);
    }

    /** The feature release that a JDK's {@code release} file states; 0 when it states none that can be read. */
    private static int featureRelease(Path home) {
        Properties release = new Properties();
        try (Reader reader = Files.newBufferedReader(home.resolve("release"), StandardCharsets.UTF_8)) {
            release.load(reader);
            return Runtime.Version.parse(release.getProperty("JAVA_VERSION", "").replace("\"", ""))
                    .feature();
        } catch (IOException | IllegalArgumentException e) {
            return 0;
        }
    }

    @Override
    public String whenAbsent() {
        return "no JDK " + FIRST_RELEASE + " or later in JAVA_HOME_*, JAVA_HOME, this JVM or /usr/lib/jvm: "
                + "install one and name it, as JAVA_HOME_25=/path/to/jdk-25";
    }
}
