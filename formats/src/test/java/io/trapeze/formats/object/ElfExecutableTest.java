// SPDX-License-Identifier: Apache-2.0
package io.trapeze.formats.object;

import static io.trapeze.emitter.operand.Mem.dword;
import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Label;
import io.trapeze.formats.object.ElfReader.Segment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("An executable")
class ElfExecutableTest {
    private static final int WRITE = 1;
    private static final int EXIT = 60;
    private static final byte[] GREETING = "hello\n".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    private final Assembler a = new Assembler();

    /** Prints the greeting, counts three rounds in memory that starts as zeros, and ends with that number through a pointer. */
    private CodeBlob start() {
        a.symbol("_start");
        a.mov(eax, WRITE);
        a.mov(edi, 1);
        a.lea(rsi, ptr(a.external("greeting")));
        a.mov(edx, GREETING.length);
        a.syscall();
        a.mov(ecx, 3);
        Label loop = a.here();
        a.inc(dword(a.external("counter")));
        a.dec(ecx);
        a.jnz(loop);
        a.call(a.external("leave"));
        a.ud2();
        return a.finish("start");
    }

    private CodeBlob leave() {
        Label pointer = a.label("pointer");
        a.symbol("leave");
        a.mov(rax, qword(pointer));
        a.mov(edi, dword(rax));
        a.mov(eax, EXIT);
        a.syscall();
        a.bind(pointer);
        a.dq(a.external("counter"));
        return a.finish("leave");
    }

    private ElfExecutable program() {
        return ElfExecutable.of("_start", start(), leave())
                .reserve("counter", 8)
                .data("greeting", GREETING);
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64", disabledReason = "it is a program for Linux on x86-64")
    void hasMemoryWhereverItIsTold() throws IOException, InterruptedException {
        long code = 0x10_0000_0000L;
        long data = 0x4123_4000L;
        Assembler far = new Assembler();
        far.mov(edi, dword(Address.absolute((int) data + 4)));
        far.mov(eax, EXIT);
        far.syscall();
        a.symbol("_start");
        a.mov(rax, code);
        a.jmp(rax);
        byte[] program = ElfExecutable.of("_start", a.finish("start"))
                .image(".data.there", data, new byte[] {0, 0, 0, 0, 42, 0, 0, 0}, false, Map.of("answer", data + 4))
                .image(".text.there", code, far.finish("far").bytes(), true, Map.of("far", code))
                .bytes();
        Path file = Files.write(folder.resolve("program"), program);
        assertThat(file.toFile().setExecutable(true)).isTrue();
        Process process = new ProcessBuilder(file.toString()).inheritIO().start();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(42);
    }

    @Test
    void refusesMemoryThatBeginsWithinAPage() {
        a.symbol("_start");
        ElfExecutable program = ElfExecutable.of("_start", a.finish("start"));
        assertThatExceptionOfType(ObjectException.class)
                .isThrownBy(() -> program.image(".there", 0x1001, new byte[1], false, Map.of()))
                .withMessageContaining("0x1001")
                .withMessageContaining("begin where its page begins");
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64", disabledReason = "it is a program for Linux on x86-64")
    void runsWithoutAnyLibrary() throws IOException, InterruptedException {
        Path file = Files.write(folder.resolve("program"), program().bytes());
        assertThat(file.toFile().setExecutable(true)).isTrue();
        Process process = new ProcessBuilder(file.toString())
                .redirectOutput(folder.resolve("output").toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).as("it ends").isTrue();
        assertThat(process.exitValue()).as("exit status").isEqualTo(3);
        assertThat(folder.resolve("output")).hasBinaryContent(GREETING);
    }

    @Test
    void mapsCodeAndDataApartAndNothingBothWritableAndExecutable() {
        ElfExecutable program = program();
        ElfReader file = new ElfReader(program.bytes());
        assertThat(file.type).as("executable").isEqualTo(2);
        assertThat(file.entry).isEqualTo(program.address("_start"));
        assertThat(file.segments).extracting(Segment::type).containsExactly(1, 1, 0x6474E551);
        assertThat(file.segments).extracting(Segment::flags).containsExactly(4 + 1, 4 + 2, 4 + 2);
        Segment code = file.segments.get(0);
        Segment data = file.segments.get(1);
        assertThat(code.alignment()).isEqualTo(4096);
        assertThat(data.address() % 4096).isZero();
        assertThat(code.address() + code.memorySize()).isLessThanOrEqualTo(data.address());
        assertThat(data.fileSize()).as("zeros take no room").isEqualTo(GREETING.length);
        assertThat(data.memorySize()).isEqualTo(64 + 8);
        for (ElfReader.Section section : file.sections) {
            Segment home = section.flags() == 3 ? data : code;
            if (section.address() != 0) {
                assertThat(section.address()).as(section.name()).isGreaterThanOrEqualTo(home.address());
                assertThat(section.address() + section.size())
                        .as(section.name())
                        .isLessThanOrEqualTo(home.address() + home.memorySize());
            }
        }
    }

    @Test
    void namesWhatADebuggerLooksFor() {
        ElfExecutable program = program();
        ElfReader file = new ElfReader(program.bytes());
        for (String name : new String[] {"_start", "leave", "counter", "greeting"}) {
            assertThat(file.symbol(name).value()).as(name).isEqualTo(program.address(name));
        }
        assertThat(file.symbol("counter").size()).isEqualTo(8);
        assertThat(program.address("counter") % 64).isZero();
    }

    @Test
    void refusesCodeThatNeedsWhatNothingDefines() {
        ElfExecutable program = ElfExecutable.of("_start", start(), leave());
        assertThatExceptionOfType(ObjectException.class)
                .isThrownBy(program::bytes)
                .withMessageStartingWith("the code needs counter, greeting, which nothing defines: ");
    }

    @Test
    void refusesAnEntryThatIsNotThere() {
        CodeBlob leave = leave();
        assertThatExceptionOfType(ObjectException.class)
                .isThrownBy(() -> ElfExecutable.of("_start", leave))
                .withMessageStartingWith("there is no symbol '_start' to start at, only leave: define it");
    }

    @Test
    void refusesASymbolThatIsTakenAndMemoryOutOfReach() {
        ElfExecutable program = program();
        assertThatExceptionOfType(ObjectException.class)
                .isThrownBy(() -> program.reserve("leave", 8))
                .withMessageContaining("'leave' is taken");
        assertThatExceptionOfType(ObjectException.class)
                .isThrownBy(() -> program.data("counter", new byte[1]))
                .withMessageContaining("'counter' is taken");
        assertThatExceptionOfType(ObjectException.class)
                .isThrownBy(() -> program.reserve("much", (1L << 30) + 1))
                .withMessageContaining("'much'");
        assertThatExceptionOfType(ObjectException.class)
                .isThrownBy(() -> program.reserve("much", 1L << 30))
                .withMessageContaining("let it map large memory itself");
        assertThatExceptionOfType(ObjectException.class)
                .isThrownBy(() -> program.address("nobody"))
                .withMessageContaining("no symbol 'nobody'");
    }
}
