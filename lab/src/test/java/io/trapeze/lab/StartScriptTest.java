// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The script that starts the command line")
class StartScriptTest {
    @TempDir
    Path folder;

    /** With a Java that tells what it is to run, a jar that is none, and no sources that are newer. */
    @Test
    void findsItsJarThroughSymbolicLinks() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "this system has no /bin/sh");
        Path project = Files.createDirectories(folder.resolve("project"));
        Path script = Files.copy(Path.of("..", "trapeze"), project.resolve("trapeze"));
        Path jar =
                Files.createFile(Files.createDirectories(project.resolve("lab").resolve("target"))
                        .resolve("trapeze.jar"));
        Path java = Files.writeString(
                Files.createDirectories(folder.resolve("jdk").resolve("bin")).resolve("java"),
                "#!/bin/sh\necho \"$@\"\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("absolute"), script);
        Files.createSymbolicLink(bin.resolve("relative"), Path.of("absolute"));
        for (String name : new String[] {"absolute", "relative"}) {
            ProcessBuilder builder = new ProcessBuilder(
                            "/bin/sh", bin.resolve(name).toString(), "--version")
                    .directory(folder.toFile())
                    .redirectErrorStream(true);
            builder.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
            builder.environment().remove("TRAPEZE_JAVA_OPTS");
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(output).isZero();
            assertThat(output).isEqualTo("-jar " + jar + " --version\n");
        }
    }
}
