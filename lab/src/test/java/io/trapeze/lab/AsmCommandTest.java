// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.emitter.text.Source;
import io.trapeze.lab.Session.Ending;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("trapeze asm")
class AsmCommandTest {
    private static Session reading(String source) {
        return new Session().reading(source.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void writesAListingWithCommentsAsReasons() {
        Ending ending = reading(".globl f\nf: xor eax, eax # nothing\nret\n").type("asm -");
        assertThat(ending.err()).isEmpty();
        assertThat(ending.out()).isEqualTo("""
                        ; -, 3 bytes
                        f:
                            0  31 c0  xor eax, eax  ; nothing
                            2  c3     ret
                        """);
        assertThat(ending.exit()).isZero();
    }

    @Test
    void writesTheFormatsThatEmitHas() {
        String source = "lock xadd [rdi], rax\n";
        assertThat(reading(source).type("asm - --format hex").out()).isEqualTo("f0480fc107\n");
        assertThat(reading(source).type("asm - --format bin").bytes())
                .isEqualTo(HexFormat.of().parseHex("f0480fc107"));
        assertThat(reading(source).type("asm - --format json").out()).contains("\"bytes\": \"f0480fc107\"");
        assertThat(reading(source).type("asm - --format gas").out()).contains("lock xadd qword ptr [rdi], rax");
        assertThat(reading(source).type("asm - --format nasm").out()).contains("lock xadd qword [rdi], rax");
        assertThat(reading(source).type("asm - --format elf").out()).startsWith("\u007fELF");
        assertThat(reading(".globl _start\n_start: ud2\n")
                        .type("asm - --format elf-exe")
                        .out())
                .startsWith("\u007fELF");
    }

    @Test
    void showsOfALongLineWhatIsAroundTheError() {
        String source = "nop; ".repeat(100_000) + "push eax; " + "nop; ".repeat(100_000) + "\n";
        String[] lines = reading(source).type("asm -").err().split("\n");
        assertThat(lines).hasSize(4);
        assertThat(lines[1]).startsWith("    1 | …").endsWith("…").hasSize(8 + 200 + 2);
        assertThat(lines[1].substring(lines[2].indexOf('^'))).startsWith("eax; nop");
        String[] atTheStart =
                reading("push eax; " + "nop; ".repeat(100)).type("asm -").err().split("\n");
        assertThat(atTheStart[1]).startsWith("    1 | push eax; nop; ").endsWith("…");
        assertThat(atTheStart[2]).isEqualTo("      |      ^");
    }

    @Test
    void saysWhatAProgramLacks() {
        assertThat(reading("ret\n").type("asm - --format elf-exe").err())
                .isEqualTo("trapeze: can't write this as elf-exe: there is no symbol '_start' to start at."
                        + " Define it where the program is to start.\n");
    }

    @Test
    void writesNothingAndTellsAllErrorsWithTheirLines(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("bad.s"), "nop\n\tmov\trax, ebx\njmp x\n");
        Path output = directory.resolve("bad.o");
        Ending ending = new Session().run("asm", file.toString(), "-o", output.toString());
        assertThat(ending.exit()).isEqualTo(1);
        assertThat(ending.out()).isEmpty();
        assertThat(ending.err().lines().toList()).hasSize(7).satisfies(lines -> {
            assertThat(lines.get(0)).startsWith(file + ":2:6: error: cannot encode 'mov rax, ebx'");
            assertThat(lines.get(1)).isEqualTo("    2 | \tmov\trax, ebx");
            assertThat(lines.get(2)).isEqualTo("      | \t   \t^");
            assertThat(lines.get(3)).startsWith(file + ":3:5: error: unknown label 'x'");
            assertThat(lines.get(5)).isEqualTo("      |     ^");
            assertThat(lines.get(6)).isEqualTo(file + ": 2 errors");
        });
        assertThat(output).doesNotExist();
    }

    @Test
    void coloursErrorsOnATerminalUnlessToldNotTo() {
        assertThat(reading("push eax").onTerminal().type("asm -").err()).contains("\u001b[1;31merror: \u001b[0m");
        assertThat(reading("push eax")
                        .onTerminal()
                        .having("NO_COLOR", "1")
                        .type("asm -")
                        .err())
                .doesNotContain("\u001b");
    }

    @Test
    void readsNoFurtherThanASourceMayReach(@TempDir Path directory) throws IOException {
        String tooLong = "#".repeat(Source.LONGEST + 1);
        Path file = Files.writeString(directory.resolve("long.s"), tooLong);
        String message = "it has more than 4194304 characters. Split it into several.\n";
        Ending named = new Session().run("asm", file.toString());
        assertThat(named.err()).isEqualTo("trapeze: can't read " + file + ": " + message);
        assertThat(named.exit()).isEqualTo(2);
        Ending piped = reading(tooLong).type("asm -");
        assertThat(piped.err()).isEqualTo("trapeze: can't read -: " + message);
        assertThat(piped.exit()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"asm", "check", "run"})
    void aDeviceWithoutAnEndIsRefused(String command, @TempDir Path directory) throws IOException {
        Path device = Path.of("/dev/zero");
        assumeTrue(Files.exists(device), "this system has no /dev/zero");
        Path link = Files.createSymbolicLink(directory.resolve("zero.s"), device);
        Ending ending = new Session().run(command, link.toString());
        assertThat(ending.err()).startsWith("trapeze: can't read " + link + ": it has more than 4194304 characters");
        assertThat(ending.exit()).isEqualTo(2);
    }

    @Test
    void aFolderIsWrongUsage(@TempDir Path directory) throws IOException {
        Path folder = Files.createDirectory(directory.resolve("x.s"));
        Ending ending = new Session().run("asm", folder.toString());
        assertThat(ending.err()).isEqualTo("trapeze: " + folder + " is a folder. Name a file.\n");
        assertThat(ending.exit()).isEqualTo(2);
    }

    @Test
    void itsSourceIsNotReplaced(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("x.s"), "nop\n");
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        for (Path output : new Path[] {file, link, directory.resolve(".").resolve("x.s")}) {
            Ending ending = new Session().run("asm", file.toString(), "-o", output.toString());
            assertThat(ending.err())
                    .isEqualTo(
                            "trapeze: " + output + " is the source, and would be lost. Name another file with -o.\n");
            assertThat(ending.exit()).isEqualTo(2);
        }
        assertThat(file).hasContent("nop");
    }

    @ParameterizedTest
    @ValueSource(strings = {"call_java print_int 1", "yield", "exit"})
    void saysWhatRunsTheTextOfAGoroutine(String instruction) {
        assertThat(reading(instruction).type("asm -").err())
                .endsWith("-: 1 error\n-: call_java, yield and exit are for goroutines: `trapeze run -` runs them\n");
        assertThat(reading("yeild").type("asm -").err()).endsWith("-: 1 error\n");
    }

    @Test
    void refusesWrongUsage() {
        Ending missing = new Session().type("asm nowhere.s");
        assertThat(missing.exit()).isEqualTo(2);
        assertThat(missing.err()).isEqualTo("trapeze: there is no file nowhere.s. A source is named as in hello.s.\n");
        Ending header = reading("nop").type("asm - --format c-header");
        assertThat(header.exit()).isEqualTo(2);
        assertThat(header.err()).startsWith("trapeze: unknown format 'c-header'.");
    }
}
