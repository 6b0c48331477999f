// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.lab.Session.Ending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

@DisplayName("docs/cli.md shows the output of")
class CommandLinePageTest {
    private static final Path PAGE = Path.of("..", "docs", "cli.md");
    private static final String PROMPT = "$ ./trapeze ";

    @TestFactory
    Stream<DynamicTest> everyCommandInABlockMarkedConsole() throws IOException {
        Map<String, String> shown = shown();
        assertThat(shown).as("commands found in %s", PAGE).hasSizeGreaterThan(3);
        return shown.entrySet().stream()
                .map(command -> DynamicTest.dynamicTest(command.getKey(), () -> {
                    Ending ending = new Session().type(command.getKey());
                    assertThat(command.getValue())
                            .as("what %s shows for %s", PAGE, command.getKey())
                            .isEqualTo(ending.out() + ending.err());
                }));
    }

    private static Map<String, String> shown() throws IOException {
        Map<String, String> shown = new LinkedHashMap<>();
        String command = null;
        boolean inside = false;
        for (String line : Files.readAllLines(PAGE)) {
            if (line.startsWith("```")) {
                inside = line.equals("```console");
            } else if (inside && line.startsWith(PROMPT)) {
                command = line.substring(PROMPT.length());
                shown.put(command, "");
            } else if (inside) {
                shown.merge(command, line + "\n", String::concat);
            }
        }
        return shown;
    }
}
