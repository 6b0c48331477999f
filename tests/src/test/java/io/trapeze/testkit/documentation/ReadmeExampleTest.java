// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(value = OS.LINUX, architectures = "amd64", disabledReason = "goroutines run on Linux on x86-64 only")
class ReadmeExampleTest {
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path directory;

    @Test
    @Tag("D5")
    void theExampleInTheReadmeCompilesAndCountsAThousandHits() throws IOException, InterruptedException {
        Matcher block = JAVA_BLOCK.matcher(Files.readString(Path.of("../README.md")));
        assertThat(block.find()).as("a java block in the README").isTrue();
        Path source = directory.resolve("Example.java");
        Files.writeString(source, """
                import static io.trapeze.emitter.operand.Registers.rbx;
                import io.trapeze.emitter.operand.Label;
                import io.trapeze.runtime.sched.Scheduler;
                import java.util.concurrent.atomic.LongAdder;
                public class Example {
                    public static void main(String[] arguments) {
                %s
                        System.out.print(hits.sum());
                    }
                }
                """.formatted(block.group(1)));
        Process java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        source.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String printed = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(java.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(printed).isEqualTo("1000");
    }
}
