// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What trapeze emit writes for other tools")
class EmittedFilesTest {
    private static final Pattern LINE = Pattern.compile("\\s*([0-9a-f]+):\t((?:[0-9a-f]{2} )+).*");

    /** Those that every save set is tried with: what it saves does not depend on the ABI. */
    private static final List<Abi> SYSTEMS = List.of(Abi.SYSTEM_V, Abi.WIN64);

    @TempDir
    private Path folder;

    private Workshop workshop() {
        return new Workshop(folder);
    }

    static Stream<Arguments> everything() {
        return Arrays.stream(Primitive.values())
                .flatMap(primitive -> Abi.builtIn().stream()
                        .flatMap(abi -> Arrays.stream(SaveSet.values())
                                .filter(set -> set == SaveSet.SSE
                                        || primitive == Primitive.ASYNC_PREEMPT && SYSTEMS.contains(abi))
                                .map(set -> Arguments.of(primitive.symbol(), abi.name(), set.label()))));
    }

    private static CodeBlob blob(String primitive, String abi, String set) {
        return Primitive.named(primitive)
                .orElseThrow()
                .emit(Abi.builtIn(abi).orElseThrow(), SaveSet.named(set).orElseThrow());
    }

    private byte[] text(String object) throws IOException, InterruptedException {
        workshop().runSilently("objcopy -O binary -j .text " + object + " text.bin");
        return Files.readAllBytes(folder.resolve("text.bin"));
    }

    @ParameterizedTest(name = "gas: {0} {1} {2}")
    @MethodSource("everything")
    void gnuAsTurnsIntoTheSameBytes(String primitive, String abi, String set) throws Exception {
        Workshop.assumeTools("as", "objcopy");
        workshop().trapeze("emit " + primitive + " --abi " + abi + " --save-set " + set + " --format gas -o code.s");
        assertThat(folder.resolve("code.s")).content().doesNotContain(".byte");
        workshop().runSilently("as --64 --fatal-warnings -o code.o code.s");
        assertThat(text("code.o")).isEqualTo(blob(primitive, abi, set).bytes());
    }

    @ParameterizedTest(name = "nasm: {0} {1} {2}")
    @MethodSource("everything")
    void nasmTurnsIntoTheSameBytes(String primitive, String abi, String set) throws Exception {
        Workshop.assumeTools("nasm", "objcopy");
        workshop().trapeze("emit " + primitive + " --abi " + abi + " --save-set " + set + " --format nasm -o code.asm");
        assertThat(folder.resolve("code.asm")).content().doesNotContainPattern(" db .*;");
        workshop().runSilently("nasm -f elf64 -w+error -o code.o code.asm");
        assertThat(text("code.o")).isEqualTo(blob(primitive, abi, set).bytes());
    }

    @ParameterizedTest(name = "elf: {0} {1} {2}")
    @MethodSource("everything")
    void objdumpReadsInTheObjectWhatTheListingSays(String primitive, String abi, String set) throws Exception {
        Workshop.assumeTools("objdump");
        workshop().trapeze("emit " + primitive + " --abi " + abi + " --save-set " + set + " --format elf -o code.o");
        List<String> expected = blob(primitive, abi, set).instructions().stream()
                .map(EmittedFilesTest::line)
                .toList();
        List<String> read = workshop()
                .run("objdump -d -w -M intel code.o")
                .lines()
                .map(LINE::matcher)
                .filter(Matcher::matches)
                .map(m -> m.group(1) + ": " + m.group(2).strip())
                .toList();
        assertThat(read).isEqualTo(expected);
    }

    private static String line(Instruction instruction) {
        String bytes = HexFormat.ofDelimiter(" ").formatHex(instruction.bytes());
        return Integer.toHexString(instruction.offset()) + ": " + bytes;
    }

    @ParameterizedTest
    @ValueSource(strings = {"sysv", "win64"})
    void linkersAndReadersFindNothingToWarnOf(String abi) throws Exception {
        Workshop.assumeTools("readelf", "ld", "nm");
        workshop().trapeze("emit all --abi " + abi + " --format elf -o all.o");
        assertThat(workshop().run("readelf -aW all.o")).doesNotContainIgnoringCase("warning", "error");
        assertThat(workshop().run("nm all.o").lines().map(line -> line.substring(17)))
                .containsExactly("T async_preempt", "U async_preempt2", "T gogo", "T mcall", "T systemstack");
        workshop().runSilently("ld -r --fatal-warnings -o again.o all.o");
        workshop().runSilently("ld -shared --fatal-warnings -o all.so all.o");
        workshop().runSilently("ld --fatal-warnings -z noexecstack --defsym async_preempt2=0 -e gogo -o all.exe all.o");
        assertThat(workshop().run("readelf -lW all.exe")).containsPattern("GNU_STACK .* RW  ");
    }

    @Test
    void aLinkerTellsWhatIsMissing() throws Exception {
        Workshop.assumeTools("ld");
        workshop().trapeze("emit async_preempt --format elf -o one.o");
        assertThat(workshop().runInVain("ld -e async_preempt one.o"))
                .contains("undefined reference to `async_preempt2'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gcc -x c -std=c99",
                "gcc -x c -std=c11",
                "gcc -x c",
                "g++ -x c++ -std=c++98 -Wno-long-long",
                "g++ -x c++"
            })
    void compilersAgreeWithTheLayoutsInTheHeader(String compiler) throws Exception {
        Workshop.assumeTools(compiler.substring(0, 3));
        for (Abi abi : Abi.builtIn()) {
            workshop().trapeze("emit all --abi " + abi.name() + " --format c-header -o switch.h");
            Files.writeString(folder.resolve("twice.c"), "#include \"switch.h\"\n#include \"switch.h\"\n");
            workshop().runSilently(compiler + " -Wall -Wextra -pedantic -Werror -fsyntax-only twice.c");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gcc -x c", "g++ -x c++"})
    void fieldsOfAThreadBlockMayHaveAnyName(String compiler) throws Exception {
        Workshop.assumeTools(compiler.substring(0, 3));
        List<String> names = List.of(
                "StackBase", "STACKBASE", "sp", "SP", "for", "NULL", "Size", "thread_sp", "Tib.Limit", "8th", "ü");
        StringBuilder abi = new StringBuilder("extends = 'win64'\nthread.stack_bounds = [\n");
        for (String name : names) {
            abi.append("{ name = '%s', offset = %d },%n".formatted(name, 8 * names.indexOf(name)));
        }
        Files.writeString(folder.resolve("names.toml"), abi + "]\n");
        assertThat(new Session()
                        .type("emit all --format c-header --abi " + folder.resolve("names.toml") + " -o "
                                + folder.resolve("names.h"))
                        .err())
                .isEmpty();
        Files.writeString(folder.resolve("names.c"), "#include \"names.h\"\n");
        workshop().runSilently(compiler + " -Wall -Wextra -pedantic -Werror -fsyntax-only names.c");
    }

    @ParameterizedTest
    @CsvSource({
        "sysv, stack.red_zone = 0, true, false",
        "sysv, 'stack.red_zone = 0\nstack.interrupt_skip = 0', true, true",
        "win64, thread.segment = 'none', true, false",
        "sysv, stack.shadow = 8, false, false",
        "sysv, 'arguments.integer = [''rsi'', ''rdi'']', false, false",
        "sysv, 'preserved.general = [''rbx'']', false, false"
    })
    void aCompilerCanCallWhatDiffersOnlyInWhatItDoesNotSee(String base, String lines, boolean callable, boolean warned)
            throws Exception {
        Files.writeString(folder.resolve("mine.toml"), "extends = '" + base + "'\n" + lines + "\n");
        String header = new Session()
                .type("emit all --format c-header --abi " + folder.resolve("mine.toml"))
                .out();
        assertThat(header.contains("TRAPEZE_ABI void gogo(")).isEqualTo(callable);
        assertThat(header.contains("No prototypes")).isNotEqualTo(callable);
        assertThat(header.contains("-mno-red-zone")).isEqualTo(warned);
    }

    @Test
    void aCompilerRefusesAHeaderWhoseLayoutIsWrong() throws Exception {
        Workshop.assumeTools("gcc");
        workshop().trapeze("emit gogo --format c-header -o switch.h");
        String header = Files.readString(folder.resolve("switch.h"));
        String wrong = header.replace("#define TRAPEZE_GOBUF_PC 8", "#define TRAPEZE_GOBUF_PC 16");
        assertThat(wrong).isNotEqualTo(header);
        Files.writeString(folder.resolve("wrong.h"), wrong);
        assertThat(workshop().runInVain("gcc -fsyntax-only wrong.h")).contains("static assertion failed");
    }

    @Test
    void onePieceOfCodeIsAllThatBytesCanHold() {
        Session.Ending ending = new Session().type("emit gogo mcall --format hex");
        assertThat(ending.exit()).isEqualTo(Exit.USAGE);
        assertThat(ending.err()).contains("--format hex holds the bytes of one piece of code, not of 2. Name one, ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"emit gogo --format hex", "emit gogo --format elf"})
    void aDashIsStandardOutput(String command) {
        assertThat(new Session().type(command + " -o -").bytes())
                .isNotEmpty()
                .isEqualTo(new Session().type(command).bytes());
        assertThat(Path.of("-")).doesNotExist();
    }

    @Test
    void nothingBinaryGoesToATerminal() {
        Session.Ending ending = new Session().onTerminal().type("--color never emit all --format elf");
        assertThat(ending.exit()).isEqualTo(Exit.USAGE);
        assertThat(ending.bytes()).isEmpty();
    }

    @Test
    void aPrimitiveNamedTwiceIsWrittenOnce() {
        assertThat(new Session().type("emit gogo gogo mcall --format gas").out())
                .isEqualTo(new Session().type("emit mcall gogo --format gas").out());
    }
}
