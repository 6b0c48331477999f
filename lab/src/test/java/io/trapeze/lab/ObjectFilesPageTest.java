// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The program in docs/object-files.md")
@EnabledOnOs(value = OS.LINUX, architectures = "amd64", disabledReason = "it is a program for Linux on x86-64")
class ObjectFilesPageTest {
    private static final Path PAGE = Path.of("..", "docs", "object-files.md");

    @TempDir
    private Path folder;

    @BeforeEach
    void followThePage() throws IOException {
        Workshop.assumeTools("gcc", "ld");
        Workshop workshop = new Workshop(folder);
        for (String format : new String[] {"elf -o switch.o", "c-header -o switch.h"}) {
            assertThat(PAGE).content().contains("\n    ./trapeze emit all --format " + format + "\n");
            workshop.trapeze("emit all --format " + format);
        }
        Files.writeString(folder.resolve("switch.c"), block("c"));
    }

    @ParameterizedTest(name = "gcc {0}")
    @ValueSource(strings = {"-O2", "-O0 -g", "-O2 -fPIE -pie", "-O2 -no-pie", "-O3 -static", "-O2 -static-pie -fPIE"})
    void switchesStacksHoweverItIsLinked(String options) throws IOException, InterruptedException {
        assertThat(PAGE).content().contains("\n    gcc -O2 -Wall -Wextra -pedantic -o switch switch.c switch.o\n");
        Workshop workshop = new Workshop(folder);
        workshop.runSilently(
                "gcc " + options + " -Wall -Wextra -pedantic -Werror -Wl,--fatal-warnings -o switch switch.c switch.o");
        assertThat(workshop.run(folder.resolve("switch").toString())).isEqualTo(block("text"));
    }

    @Test
    void letsGdbSeeWhoCalledOnTheOtherStack() throws IOException, InterruptedException {
        Workshop.assumeTools("gdb");
        Workshop workshop = new Workshop(folder);
        workshop.runSilently("gcc -g -O0 -o switch switch.c switch.o");
        Files.writeString(folder.resolve("commands"), "break choose\nrun\nbt\nbreak add_one\ncontinue\nbt\n");
        assertThat(workshop.run("gdb -nx -batch -x commands switch"))
                .containsPattern("#0 .* choose .*\n#1 .* mcall .*\n#2 .* yield .*\n#3 .* main ")
                .containsPattern("#0 .* add_one .*\n#1 .* systemstack .*\n#2 .* polite ");
    }

    private static String block(String language) throws IOException {
        Matcher block =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(PAGE));
        assertThat(block.find()).as("a block of %s", language).isTrue();
        return block.group(1);
    }
}
