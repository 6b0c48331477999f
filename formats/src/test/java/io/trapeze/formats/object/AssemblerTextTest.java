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
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.oracle.ElfText;
import io.trapeze.emitter.oracle.EveryForm;
import io.trapeze.emitter.oracle.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Text for another assembler")
@Tag("S9")
class AssemblerTextTest {
    private static final Tool NASM = new Tool("nasm");
    private static final int OF_EACH_SHAPE = 6;

    @TempDir
    private Path folder;

    private final Assembler a = new Assembler();

    @ParameterizedTest
    @EnumSource
    void makesTheSameBytesOfEveryForm(AssemblerText syntax) throws IOException {
        CodeBlob blob = EveryForm.blob("everything", OF_EACH_SHAPE);
        assertThat(blob.instructions()).hasSizeGreaterThan(15_000);
        String text = syntax.of(blob);
        byte[] theirs = assembled(syntax, text);
        List<Instruction> instructions = blob.instructions();
        List<String> lines =
                text.lines().filter(line -> line.startsWith("        ")).toList();
        int first = lines.size() - instructions.size() - 1;
        List<String> different = new ArrayList<>();
        for (int i = 0; i < instructions.size(); i++) {
            byte[] ours = instructions.get(i).bytes();
            int at = instructions.get(i).offset();
            byte[] found = Arrays.copyOfRange(theirs, at, at + ours.length);
            if (!Arrays.equals(ours, found)) {
                different.add("%s: ours %s, written as '%s': %s"
                        .formatted(
                                instructions.get(i),
                                hex(ours),
                                lines.get(first + i).strip(),
                                hex(found)));
            }
        }
        assertThat(different.stream().limit(10)).isEmpty();
        assertThat(theirs).hasSize(blob.size());
        long asBytes = text.lines()
                .filter(line -> line.matches(" +(\\.byte|db) .*[#;].*"))
                .count();
        System.out.printf(
                "%s: %,d instructions the same, %,d of them as bytes%n", syntax, instructions.size(), asBytes);
        assertThat(asBytes).as("instructions written as bytes").isLessThan(instructions.size() / 20);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @ParameterizedTest
    @EnumSource
    void makesTheSameBytesOfBranchesLabelsDataAndPadding(AssemblerText syntax) throws IOException {
        Label far = a.label(".rax");
        Label near = a.label("rax");
        Label end = a.label("%");
        Label start = a.symbol("mov_it");
        a.jmp(start);
        a.jz(near);
        a.jmp(far);
        a.jnz(far);
        a.call(start);
        a.lea(rsi, ptr(start));
        a.mov(rcx, qword(far));
        a.mov(dword(near), 7);
        a.bind(near);
        a.db(1, 2, 3);
        a.align(16);
        a.symbol("table");
        a.dq(1, 2);
        a.dq(a.external("outside"));
        a.call(a.external("outside"));
        a.jc(a.external("outside"));
        a.mov(dword(a.external("variable")), 7);
        for (int i = 0; i < 40; i++) {
            a.movq(xmm1, rax);
        }
        a.bind(far);
        a.jmp(near);
        a.jrcxz(end);
        a.bind(end);
        CodeBlob blob = a.finish("program");
        assertThat(assembled(syntax, syntax.of(blob))).isEqualTo(blob.bytes());
    }

    @ParameterizedTest
    @EnumSource
    void namesPlacesWithinInstructionsAndBehindTheEnd(AssemblerText syntax) throws IOException {
        a.assemble("""
                f: mov eax, 1
                   jmp f+2
                   call f+1
                   jmp g+3
                g: .skip 20
                   jz g+4
                   lea rax, [rip + f]
                   jmp f+60
                """);
        CodeBlob blob = a.finish("program");
        assertThat(assembled(syntax, syntax.of(blob))).isEqualTo(blob.bytes());
    }

    @ParameterizedTest
    @EnumSource
    void keepsReasonsInTheirComments(AssemblerText syntax) throws IOException {
        a.nop();
        a.because("goes on \\");
        a.nop();
        a.because("one\nret\rret\u2028ret");
        a.ret();
        CodeBlob blob = a.finish("program");
        assertThat(assembled(syntax, syntax.of(blob))).isEqualTo(blob.bytes());
    }

    @Test
    void gnuAsLeavesToTheLinkerWhatAnObjectFileDoes() throws IOException {
        Tool.AS.assumePresent();
        CodeBlob first = calling("first", "second");
        CodeBlob second = calling("second", "first");
        assembled(AssemblerText.GAS, AssemblerText.GAS.of(first, second));
        String theirs = Tool.OBJDUMP.run(folder, "-dr", "text.o").replaceFirst(".*\n.*", "");
        Files.write(folder.resolve("ours.o"), ElfObject.of(first, second));
        String ours = Tool.OBJDUMP.run(folder, "-dr", "ours.o").replaceFirst(".*\n.*", "");
        assertThat(theirs).contains("R_X86_64_PLT32", "R_X86_64_PC32").isEqualTo(ours);
    }

    @Test
    void nasmFillsInWhatOneBlobNeedsOfAnother() throws IOException {
        NASM.assumePresent();
        byte[] code = assembled(
                AssemblerText.NASM, AssemblerText.NASM.of(calling("first", "second"), calling("second", "first")));
        assertThat(HexFormat.of().formatHex(code, 0, 5)).as("call, 64 bytes on").isEqualTo("e83b000000");
    }

    private CodeBlob calling(String name, String other) {
        a.symbol(name);
        Label loop = a.label("loop");
        a.bind(loop);
        a.call(a.external(other));
        a.lea(rax, ptr(a.external(other)));
        a.jmp(loop);
        return a.finish(name);
    }

    @Test
    void keepsABranchAsLongAsItIs() {
        a.symbol("start");
        Label next = a.label("next");
        a.db(0xE9, 0, 0, 0, 0);
        a.bind(next);
        a.call(next);
        CodeBlob foreign = CodeBlob.disassemble("start", a.finish("start").bytes());
        assertThat(AssemblerText.GAS.of(foreign)).containsPattern("\\{disp32} jmp|\\.byte 0xe9");
        assertThat(AssemblerText.NASM.of(foreign)).containsPattern("jmp near|db 0xe9");
    }

    @Test
    void refusesSymbolsThatWouldBeReadAsSomethingElse() {
        a.symbol("rax");
        CodeBlob register = a.finish("code");
        assertThatExceptionOfType(ObjectException.class)
                .isThrownBy(() -> AssemblerText.GAS.of(register))
                .withMessageStartingWith("GNU as takes 'rax' for a register or an operator");
        assertThat(AssemblerText.NASM.of(register)).contains("$rax:");

        a.symbol("two words");
        CodeBlob words = a.finish("code");
        for (AssemblerText syntax : AssemblerText.values()) {
            assertThatExceptionOfType(ObjectException.class)
                    .isThrownBy(() -> syntax.of(words))
                    .withMessageStartingWith("assembler text has no way to write the symbol 'two words'");
        }
    }

    @Test
    void refusesCodeWhoseInstructionsAreUnknown() {
        Assembler silent = new Assembler(false);
        silent.ret();
        CodeBlob blob = silent.finish("silent");
        assertThatExceptionOfType(ObjectException.class)
                .isThrownBy(() -> AssemblerText.GAS.of(blob))
                .withMessageContaining("blob 'silent' was made without recording");
    }

    private byte[] assembled(AssemblerText syntax, String text) throws IOException {
        Files.writeString(folder.resolve("text.s"), text);
        if (syntax == AssemblerText.GAS) {
            Tool.AS.assumePresent();
            Tool.AS.run(folder, "--64", "-o", "text.o", "text.s");
        } else {
            NASM.assumePresent();
            NASM.run(folder, "-f", "elf64", "-w+error", "-o", "text.o", "text.s");
        }
        return ElfText.read(folder.resolve("text.o"));
    }
}
