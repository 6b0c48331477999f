// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the JDKs in this test are shell scripts")
class JdkToolchainTest {
    @TempDir
    Path temporary;

    private Path seventeen;
    private Path twentyOne;
    private Path twentyFive;

    @BeforeEach
    void installJdks() throws IOException {
        seventeen = jdk("17", "17.0.15");
        twentyOne = jdk("21", "21.0.2");
        twentyFive = jdk("25", "25");
    }

    @Test
    void aJdkThatAVariableNamesComesFirst() {
        Map<String, String> environment = Map.of(
                "JAVA_HOME_17_X64", seventeen.toString(),
                "JAVA_HOME_21_X64", twentyOne.toString(),
                "JAVA_HOME", twentyFive.toString());

        assertThat(found(environment, twentyFive)).contains(twentyOne.resolve("bin/java"));
    }

    @Test
    void thenTheRunningOneIfItIsNewEnough() {
        assertThat(found(Map.of("JAVA_HOME", seventeen.toString()), twentyOne)).contains(twentyOne.resolve("bin/java"));
    }

    @Test
    void thenTheNewestOfTheMachine() {
        assertThat(found(Map.of(), seventeen)).contains(twentyFive.resolve("bin/java"));
    }

    @Test
    void aRuntimeWithoutACompilerIsNotEnough() throws IOException {
        Files.delete(twentyFive.resolve("bin/javac"));

        assertThat(found(Map.of(), seventeen)).contains(twentyOne.resolve("bin/java"));
    }

    @Test
    void aFolderWhoseReleaseCannotBeReadIsPassedOver() throws IOException {
        jdk("strange", "unknown");
        Files.delete(twentyFive.resolve("release"));

        assertThat(found(Map.of("JAVA_HOME", "/nowhere"), seventeen)).contains(twentyOne.resolve("bin/java"));
    }

    @Test
    void olderOnesAloneAreNone() throws IOException {
        Files.delete(twentyOne.resolve("release"));
        Files.delete(twentyFive.resolve("release"));

        assertThat(found(Map.of(), seventeen)).isEmpty();
    }

    private Optional<Path> found(Map<String, String> environment, Path thisJdk) {
        return new JdkToolchain()
                .find(new Surroundings(environment, List.of(), temporary, thisJdk, OptionalInt.empty()))
                .map(Recipe::tool);
    }

    private Path jdk(String name, String version) throws IOException {
        Path home = Files.createDirectories(temporary.resolve(name));
        Files.createDirectory(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"Somebody\"\nJAVA_VERSION=\"" + version + "\"\n");
        for (String program : new String[] {"java", "javac"}) {
            Files.createFile(
                    home.resolve("bin").resolve(program),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        return home;
    }
}
