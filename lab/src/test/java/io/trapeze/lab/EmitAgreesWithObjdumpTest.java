// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Disassembles what {@code trapeze emit --format bin} writes, and compares line by line with the listing.
 *
 * <p>Both texts are brought to one form first: letters small, one blank after the mnemonic and none elsewhere, absolute
 * addresses in brackets, objdump's comments dropped. Offsets and bytes are compared as they are.
 */
@DisplayName("The listing of a primitive")
class EmitAgreesWithObjdumpTest {
    private static final Pattern LINE = Pattern.compile("\\s*([0-9a-f]+):\t((?:[0-9a-f]{2} )+)\\s*\t(.*)");
    private static final Pattern ABSOLUTE = Pattern.compile("\\b([c-g]s):(0x[0-9a-f]+)");

    @TempDir
    Path folder;

    static Stream<Arguments> everything() {
        return Arrays.stream(Primitive.values())
                .flatMap(primitive -> Abi.builtIn().stream()
                        .flatMap(abi -> saveSets(primitive, abi).map(set -> Arguments.of(primitive, abi.name(), set))));
    }

    private static Stream<SaveSet> saveSets(Primitive primitive, Abi abi) {
        boolean all = primitive == Primitive.ASYNC_PREEMPT
                && List.of(Abi.SYSTEM_V, Abi.WIN64).contains(abi);
        return all ? Arrays.stream(SaveSet.values()) : Stream.of(SaveSet.SSE);
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("everything")
    void isWhatObjdumpReadsInItsBytes(Primitive primitive, String abi, SaveSet saveSet)
            throws IOException, InterruptedException {
        assumeTrue(hasObjdump(), "no objdump on the PATH: install binutils to have listings compared with it");
        Path file = folder.resolve("code.bin");
        String[] command = {
            "emit",
            primitive.symbol(),
            "--abi",
            abi,
            "--save-set",
            saveSet.label(),
            "--format",
            "bin",
            "-o",
            file.toString()
        };
        assertThat(new Session().run(command).exit()).isZero();

        CodeBlob blob = primitive.emit(Abi.builtIn(abi).orElseThrow(), saveSet);
        List<String> expected = blob.instructions().stream()
                .map(EmitAgreesWithObjdumpTest::line)
                .toList();
        assertThat(disassembly(file)).isEqualTo(expected);
    }

    private static String line(Instruction instruction) {
        return line(
                Integer.toHexString(instruction.offset()),
                HexFormat.ofDelimiter(" ").formatHex(instruction.bytes()),
                instruction.textWithOffsets());
    }

    private static String line(String offset, String bytes, String text) {
        String[] parts = text.toLowerCase(Locale.ROOT).strip().split("\\s+", 2);
        String operands = parts.length == 1
                ? ""
                : " " + parts[1].replaceAll("\\s*([-+*,])\\s*", "$1").replace("+0x0]", "]");
        return offset + ": " + bytes.strip() + "  " + parts[0] + operands;
    }

    private static List<String> disassembly(Path file) throws IOException, InterruptedException {
        Process objdump = new ProcessBuilder(
                        "objdump", "-D", "-w", "-b", "binary", "-m", "i386:x86-64", "-M", "intel", file.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(objdump.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(objdump.waitFor()).as(output).isZero();
        return output.lines()
                .map(LINE::matcher)
                .filter(Matcher::matches)
                .map(read -> line(read.group(1), read.group(2), tidy(read.group(3))))
                .toList();
    }

    private static String tidy(String text) {
        return ABSOLUTE.matcher(text.replaceFirst("\\s+#.*", "")).replaceAll("$1:[$2]");
    }

    private static boolean hasObjdump() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> new File(folder, "objdump").canExecute());
    }
}
