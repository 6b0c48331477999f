// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.lab.Session.Ending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

@DisplayName("The pages show the output of")
class CommandLinePageTest {
    private static final List<Path> PAGES = Stream.of(
                    "cli.md", "assembler.md", "insight.md", "abi-files.md", "testing-your-code.md")
            .map(name -> Path.of("..", "docs", name))
            .toList();
    private static final String PROMPT = "$ ./trapeze ";

    @TestFactory
    Stream<DynamicTest> everyCommandInABlockMarkedConsole() throws IOException {
        Stream<DynamicTest> tests = Stream.empty();
        for (Path page : PAGES) {
            Map<String, String> shown = shown(page);
            assertThat(shown).as("commands found in %s", page).hasSizeGreaterThan(3);
            tests = Stream.concat(
                    tests,
                    shown.entrySet().stream()
                            .map(command -> DynamicTest.dynamicTest(
                                    command.getKey(), () -> compare(page, command.getKey(), command.getValue()))));
        }
        return tests;
    }

    /** Pages name files as seen from the repository's root, and the test runs one folder below; readers' terminals know Unicode. */
    private static void compare(Path page, String command, String shown) {
        Ending ending = new Session().having("LC_ALL", "C.UTF-8").type(command.replace(" docs/", " ../docs/"));
        assertThat(shown)
                .as("what %s shows for %s", page, command)
                .isEqualTo((ending.out() + ending.err()).replace("../docs/", "docs/"));
    }

    private static Map<String, String> shown(Path page) throws IOException {
        Map<String, String> shown = new LinkedHashMap<>();
        String command = null;
        boolean inside = false;
        for (String line : Files.readAllLines(page)) {
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
