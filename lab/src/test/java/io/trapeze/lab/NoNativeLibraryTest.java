// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A machine that code can't run on")
class NoNativeLibraryTest {
    /** In a JVM of its own, since in this one other tests may have loaded anything. */
    @Test
    void seesEveryCommandWorkOrRefuseWithoutAClassOfJna() throws IOException, InterruptedException {
        Process java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-verbose:class",
                        "-Dos.arch=aarch64",
                        EverythingWithoutAHost.class.getName())
                .redirectErrorStream(true)
                .start();
        List<String> lines = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(java.waitFor()).as(() -> String.join("\n", lines)).isZero();
        assertThat(lines)
                .contains("all as expected")
                .as("-verbose:class tells what is loaded")
                .anyMatch(line -> line.contains(EmitCommand.class.getName()))
                .noneMatch(line -> line.contains("com.sun.jna"));
    }
}
