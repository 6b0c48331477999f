// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.trapeze.formats.object.ElfObject;
import io.trapeze.trampolines.abi.Abi;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Unwind rules of vectors that only AVX-512 has")
class WideVectorUnwindTest {
    @TempDir
    Path folder;

    @Test
    void nameTheRegistersAsReadelfDoes() throws Exception {
        Abi abi = Abi.SYSTEM_V.named("wide").with(Abi.SYSTEM_V.preserved().withVectors(xmm15, xmm16, ymm20, zmm31));
        Path file = Files.write(folder.resolve("gogo.o"), ElfObject.of(Gogo.emit(abi)));
        assertThat(readelf(file))
                .containsPattern("DW_CFA_expression: r32 \\(xmm15\\)")
                .containsPattern("DW_CFA_expression: r67 \\(xmm16\\)")
                .containsPattern("DW_CFA_expression: r71 \\(xmm20\\)")
                .containsPattern("DW_CFA_expression: r82 \\(xmm31\\)");
    }

    private static String readelf(Path file) throws InterruptedException {
        try {
            Process process = new ProcessBuilder("readelf", "--debug-dump=frames", file.toString())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(output).isZero();
            return output;
        } catch (IOException absent) {
            abort("readelf is not installed (Debian: binutils)");
            throw new AssertionError(absent);
        }
    }
}
