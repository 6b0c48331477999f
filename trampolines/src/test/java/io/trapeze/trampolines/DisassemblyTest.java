// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.trampolines.abi.Abi;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A disassembler that knows nothing of this project")
class DisassemblyTest {
    private static final Pattern LINE = Pattern.compile("\\s*([0-9a-f]+):\\t([0-9a-f ]+?)\\s*\\t(.*)");

    /** One instruction as both sides can write it. */
    private record Line(int offset, String bytes, String text) {}

    static Stream<Arguments> primitives() {
        return Abi.builtIn().stream()
                .flatMap(abi -> Arrays.stream(Primitive.values())
                        .flatMap(primitive -> Arrays.stream(SaveSet.values())
                                .filter(set -> set == SaveSet.SSE
                                        || primitive == Primitive.ASYNC_PREEMPT
                                                && (List.of(Abi.SYSTEM_V, Abi.WIN64)
                                                        .contains(abi)))
                                .map(set -> Arguments.of(abi.name(), primitive, set))));
    }

    @ParameterizedTest(name = "reads {1} of {0} with {2} as its listing does")
    @MethodSource("primitives")
    @Tag("S9")
    void readsWhatTheListingSays(String abi, Primitive primitive, SaveSet set, @TempDir Path folder) throws Exception {
        CodeBlob blob = primitive.emit(Abi.builtIn(abi).orElseThrow(), set);
        assertThat(disassembled(blob, folder)).isEqualTo(listed(blob));
    }

    private static List<Line> listed(CodeBlob blob) {
        List<Line> lines = new ArrayList<>();
        for (Instruction i : blob.instructions()) {
            String bytes = HexFormat.ofDelimiter(" ").formatHex(i.bytes());
            lines.add(new Line(i.offset(), bytes, normal(i.textWithOffsets())));
        }
        return lines;
    }

    private static List<Line> disassembled(CodeBlob blob, Path folder) throws Exception {
        Path file = Files.write(folder.resolve("code.bin"), blob.bytes());
        Process objdump = startObjdump(file);
        String output = new String(objdump.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(objdump.waitFor()).as(output).isZero();
        List<Line> lines = new ArrayList<>();
        for (String text : output.split("\n")) {
            Matcher m = LINE.matcher(text);
            if (m.matches()) {
                lines.add(new Line(Integer.parseInt(m.group(1), 16), m.group(2), normal(m.group(3))));
            }
        }
        return lines;
    }

    private static Process startObjdump(Path file) {
        try {
            return new ProcessBuilder(
                            "objdump", "-w", "-D", "-b", "binary", "-m", "i386:x86-64", "-M", "intel", file.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException absent) {
            abort("objdump is not installed (Debian: binutils)");
            throw new AssertionError(absent);
        }
    }

    /** Levels what is a matter of taste: case, spaces, a displacement of 0, brackets around an absolute address. */
    private static String normal(String text) {
        return text.toLowerCase(Locale.ROOT)
                .replaceAll("\\s+", " ")
                .replaceAll(" ?([-+,*]) ?", "$1")
                .replaceAll("\\+0x0]", "]")
                .replaceAll("gs:\\[(0x[0-9a-f]+)\\]", "gs:$1")
                .strip();
    }
}
