// SPDX-License-Identifier: Apache-2.0
package io.trapeze.formats.object;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.oracle.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("An executable, to the tools of others")
class ExecutableToolsTest {
    private static final Tool READELF = new Tool("readelf");
    private static final Tool GDB = new Tool("gdb");

    @TempDir
    private Path folder;

    private void write() throws IOException {
        Assembler a = new Assembler();
        a.symbol("_start");
        a.mov(eax, 60);
        a.xor(edi, edi);
        a.syscall();
        a.symbol("after");
        a.ud2();
        ElfExecutable program = ElfExecutable.of("_start", a.finish("program"))
                .data("filled", new byte[] {1})
                .reserve("empty", 100_000)
                .image(
                        ".text.there",
                        0x10_0000_0000L,
                        new byte[] {(byte) 0x90, (byte) 0xC3},
                        true,
                        Map.of("there", 0x10_0000_0000L));
        Path file = Files.write(folder.resolve("program"), program.bytes());
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    @Test
    void hasNothingThatReadelfWarnsOf() throws IOException {
        READELF.assumePresent();
        write();
        String text = READELF.run(folder, "-aW", "program");
        assertThat(text + Files.readString(folder.resolve("readelf.err")))
                .contains("EXEC (Executable file)", "empty", "R E 0x1000", "RW  0x1000")
                .doesNotContainIgnoringCase("warning", "error");
    }

    @Test
    void showsItsSymbolsInGdb() throws IOException {
        GDB.assumePresent();
        write();
        String text = GDB.run(
                folder,
                "-nx",
                "-batch",
                "-ex",
                "info address after",
                "-ex",
                "disassemble _start",
                "-ex",
                "info symbol &empty",
                "-ex",
                "disassemble /r there,+2",
                "program");
        assertThat(text)
                .contains("Symbol \"after\" is at 0x", "<+7>:\tsyscall", "empty in section .bss", "<there+1>:\tc3");
    }
}
