// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.text;

import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Registers.rax;
import static io.trapeze.emitter.operand.Registers.rdi;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.EncodingException;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.Relocation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextSyntaxTest {
    private static String hex(String text) {
        return HexFormat.ofDelimiter(" ").formatHex(Assembler.parse(text).bytes());
    }

    @Test
    void oneLineIsEnough() {
        assertThat(hex("lock cmpxchg16b [rdi + rcx*8 - 0x10]")).isEqualTo("f0 48 0f c7 4c cf f0");
    }

    /** The bytes are those of GNU as. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "MOV EAX, DWORD PTR [RDI]         ¦ 8b 07",
                "mov [rdi], rax                   ¦ 48 89 07",
                "mov rax, 8[rsp]                  ¦ 48 8b 44 24 08",
                "mov eax, 4[rdi][rcx*2]           ¦ 8b 44 4f 04",
                "mov eax, [rax + rsp]             ¦ 8b 04 04",
                "mov eax, [rax*1 + rbx]           ¦ 8b 04 03",
                "mov eax, [8*rcx + rax]           ¦ 8b 04 c8",
                "mov eax, [rcx*(2+2) + rax]       ¦ 8b 04 88",
                "mov eax, [rcx*1]                 ¦ 8b 04 0d 00 00 00 00",
                "mov eax, [rcx*2]                 ¦ 8b 04 4d 00 00 00 00",
                "mov eax, [rax + 4 - 12]          ¦ 8b 40 f8",
                "mov rax, fs:0x28                 ¦ 64 48 8b 04 25 28 00 00 00",
                "mov rax, qword ptr fs:[0x10]     ¦ 64 48 8b 04 25 10 00 00 00",
                "mov rax, gs:[rax]                ¦ 65 48 8b 00",
                "mov eax, ds:[rdi]                ¦ 8b 07",
                "lea rax, [rip + 16]              ¦ 48 8d 05 10 00 00 00",
                "push [rdi]                       ¦ ff 37",
                "call [rdi]                       ¦ ff 17",
                "movabs rax, 5                    ¦ 48 b8 05 00 00 00 00 00 00 00",
                "pushf                            ¦ 9c",
                "rep bsf eax, ebx                 ¦ f3 0f bc c3",
                "repz bsr rax, [rbx]              ¦ f3 48 0f bd 03",
                "rep nop                          ¦ f3 90",
                "rep cmpsb                        ¦ f3 a6",
                "repe movsb                       ¦ f3 a4",
                "repz stosq                       ¦ f3 48 ab",
                "repz scasb                       ¦ f3 ae",
                "vaddps zmm0,zmm1,zmm2{rn-sae}    ¦ 62 f1 74 18 58 c2",
                "vcmpps k1,zmm1,zmm2{sae},3       ¦ 62 f1 74 18 c2 ca 03",
                "vaddps zmm0{k1}{z},zmm1,zmm2{rz-sae} ¦ 62 f1 74 f9 58 c2",
                "vaddps zmm0,zmm1,[rax]{1to16}    ¦ 62 f1 74 58 58 00",
                "vcvtpd2ps xmm0,[rax]{1to2}       ¦ 62 f1 fd 18 5a 00",
                "vaddpd zmm0,zmm1,QWORD BCST [rip+0x10] ¦ 62 f1 f5 58 58 05 10 00 00 00",
                "vaddps xmm0,xmm1,DWORD BCST [rax] ¦ 62 f1 74 18 58 00",
                "vcvtsi2sd xmm1, xmm2, rax{rn-sae} ¦ 62 f1 ef 18 2a c8",
                "lock xchg rax, [rbx]             ¦ f0 48 87 03",
                "movd xmm0, rax                   ¦ 66 48 0f 6e c0",
                "monitorx rax, rcx, rdx           ¦ 0f 01 fa",
                "mwaitx eax, ecx, ebx             ¦ 0f 01 fb",
                "fcompi                           ¦ df f1",
                "repe ret                         ¦ f3 c3",
                "vcvtpd2ps xmm0,QWORD BCST [rax]{1to2} ¦ 62 f1 fd 18 5a 00",
                "movd r15, xmm15                  ¦ 66 4d 0f 7e ff",
                "movd rax, xmm0                   ¦ 66 48 0f 7e c0",
                "movd mm0, rax                    ¦ 48 0f 6e c0",
                "movd r10, mm1                    ¦ 49 0f 7e ca",
                "wait                             ¦ 9b",
                "fcompi st, st(1)                 ¦ df f1",
                "fucompi st, st(1)                ¦ df e9",
                "fnstsw                           ¦ df e0",
                "fstsw                            ¦ 9b df e0",
                "faddp st,st(1)                   ¦ de c1",
                "fmulp st,st(1)                   ¦ de c9",
                "shld eax,ebx                     ¦ 0f a5 d8",
                "shrd qword ptr [rax],rbx         ¦ 48 0f ad 18",
                "xlat [rbx]                       ¦ d7",
                "xlat byte ptr fs:[rbx]           ¦ 64 d7",
                "monitor rax,ecx,edx              ¦ 0f 01 c8",
                "mwait eax,ecx                    ¦ 0f 01 c9",
                "clzero rax                       ¦ 0f 01 fc",
                "vmrun rax                        ¦ 0f 01 d8",
                "skinit eax                       ¦ 0f 01 de",
                "invlpga rax,ecx                  ¦ 0f 01 df",
                "mov al,'\\n'                     ¦ b0 0a",
                ".ascii \"\\X41\"                 ¦ 41",
                ".ascii \"a\" \"b\"               ¦ 61 62",
                ".double 1.5e3, .5, 1., -2e-3     ¦ 00 00 00 00 00 70 97 40 00 00 00 00 00 00 e0 3f 00 00 00 00 00 00 f0 3f fc a9 f1 d2 4d 62 60 bf",
                "sal eax, 3                       ¦ c1 e0 03",
                "rep stosq                        ¦ f3 48 ab",
                "REP MOVSB                        ¦ f3 a4",
                "repz cmpsb                       ¦ f3 a6",
                "lock xadd [rdi], rax             ¦ f0 48 0f c1 07",
                "rep ret                          ¦ f3 c3",
                "fs lodsb                         ¦ 64 ac",
                "gs rep movsq                     ¦ 65 f3 48 a5",
                "fs lock inc dword ptr [rdi]      ¦ 64 f0 ff 07",
                "es mov rax, [rdi]                ¦ 26 48 8b 07",
                "notrack jmp rax                  ¦ 3e ff e0",
                "jmp short 1f; 1: jmp SHORT 1b    ¦ eb 00 eb fe",
                "short: jmp short                 ¦ eb fe",
                "movsxd eax, ecx                  ¦ 63 c1",
                "movsx rax, dword ptr [rdi]       ¦ 48 63 07",
                "mov eax, 1 + 2*3 - (4 | 1) % 3   ¦ b8 05 00 00 00",
                "mov eax, 7 & 3 | 1<<3 | 1<<4     ¦ b8 1b 00 00 00",
                "mov al, ~0x0f & 0xff             ¦ b0 f0",
                "mov eax, 'a'                     ¦ b8 61 00 00 00",
                "mov eax, '\\n'                   ¦ b8 0a 00 00 00",
                "mov eax, 0b101                   ¦ b8 05 00 00 00",
                "mov eax, 017                     ¦ b8 0f 00 00 00",
                "mov eax, -0x1                    ¦ b8 ff ff ff ff",
                "mov rax, 0xffffffffffffffff      ¦ 48 c7 c0 ff ff ff ff",
                "N = 5; mov eax, N[rdi]           ¦ 8b 47 05",
                ".equ N, 4; .set M, N*2; push M   ¦ 6a 08",
                "x = 1; x = x + 1; push x         ¦ 6a 02",
                "jmp . + 2                        ¦ eb 00",
                "a: nop; jmp a + 1                ¦ 90 eb fe",
                "jmp a + 1; a: nop; nop           ¦ eb 01 90 90",
                "jmp $                            ¦ eb fe",
                "1: jmp 1b; jmp 1f; 1: jmp 1b     ¦ eb fe eb 00 eb fe",
                "a: b: jmp a; c: jmp b            ¦ eb fe eb fc",
                "s: mov rax, s[rip]               ¦ 48 8b 05 f9 ff ff ff",
                "s: mov rax, [rip + s + 8]        ¦ 48 8b 05 01 00 00 00",
                "mov ecx, e - s; s: jmp e; e:     ¦ b9 02 00 00 00 eb 00",
                "mov rcx, e - s + 1; s: jmp e; e: ¦ 48 c7 c1 03 00 00 00 eb 00",
                "s: nop; e: mov ecx, e - s        ¦ 90 b9 01 00 00 00",
                ".byte 1, -1, 'a', 1+1            ¦ 01 ff 61 02",
                ".word 0x1234; .short -2          ¦ 34 12 fe ff",
                ".long 1; .int -1                 ¦ 01 00 00 00 ff ff ff ff",
                ".quad 0x1122334455667788         ¦ 88 77 66 55 44 33 22 11",
                ".float 1.5, -2e-3                ¦ 00 00 c0 3f 6f 12 03 bb",
                ".double 1.5                      ¦ 00 00 00 00 00 00 f8 3f",
                ".ascii \"a\\n\\0\\x41\\\"\"      ¦ 61 0a 00 41 22",
                ".ascii \"\\x414\\xabcg\"        ¦ 14 bc 67",
                ".asciz \"é#;\"                   ¦ c3 a9 23 3b 00",
                ".string \"a\", \"b\"             ¦ 61 00 62 00",
                ".skip 3; .space 2, 7; .zero 1    ¦ 00 00 00 07 07 00",
                "nop; .align 4; nop               ¦ 90 0f 1f 00 90",
                "nop; .p2align 1; nop             ¦ 90 90 90",
                "nop; .balign 2, 0x90; nop        ¦ 90 90 90",
                "nop; .p2align 2,,2; nop          ¦ 90 90",
                "nop; .p2align 2,,3; nop          ¦ 90 0f 1f 00 90",
                "nop; .balign 4,0x90,0; nop       ¦ 90 0f 1f 00 90",
                "t: .long c - t; jmp c; c:        ¦ 06 00 00 00 eb 00",
                "t: jmp c; .byte c - t, t - c; c: ¦ eb 02 04 fc",
                "t: jmp c; .word c - t + 256; c:  ¦ eb 02 04 01",
                "movabs al, [0x1122334455667788]  ¦ a0 88 77 66 55 44 33 22 11",
                "t: movabs rax, c - t; jmp c; c:  ¦ 48 b8 0c 00 00 00 00 00 00 00 eb 00",
                "fs movsd xmm0, xmm1; gs cmpsd    ¦ 64 f2 0f 10 c1 65 a7",
                "fs gs lodsb; fs cs lodsb         ¦ 64 65 ac 64 2e ac",
                "movabs rax, [0x10]               ¦ 48 a1 10 00 00 00 00 00 00 00",
                "movabs fs:[0x10], ax             ¦ 64 66 a3 10 00 00 00 00 00 00 00",
                "mov dword ptr [0x80000000], eax  ¦ a3 00 00 00 80 00 00 00 00",
                "mov eax, [0xffffffff80000000]    ¦ 8b 04 25 00 00 00 80",
                "int 3; int 4                     ¦ cc cd 04",
                "fs lodsb; gs rep movsq; fs nop   ¦ 64 ac 65 f3 48 a5 64 90",
                "nop # ; nop                      ¦ 90",
                "nop // nop                       ¦ 90",
                "nop /* nop; */; nop              ¦ 90 90",
                "#                                ¦ ``",
                ".intel_syntax noprefix; .text; nop                                    ¦ 90",
                ".section .text; f: ret; .size f, .-f; .type f, @function              ¦ c3",
                ".section .note.GNU-stack,\"\",@progbits                               ¦ ``",
                ".cfi_startproc; push rbp; .cfi_def_cfa_offset 16; .cfi_endproc        ¦ 55",
            })
    void syntaxIsReadAsGnuAsReadsIt(String text, String expected) {
        assertThat(hex(text)).isEqualTo(expected);
    }

    @Test
    void namedByNameMemoryTakesItsSizeFromTheRegister() {
        Assembler a = new Assembler();
        a.emit("mov", ptr(rdi), rax);
        a.emit("cmpxchg16b", ptr(rdi));
        assertThat(a.finish("code").bytes()).isEqualTo(HexFormat.of().parseHex("488907" + "480fc70f"));
    }

    @Test
    void globalLabelsBecomeSymbolsInTheOrderOfTheText() {
        CodeBlob blob = Assembler.parse(".globl second, first\nfirst: nop\ninner: nop\nsecond: ret\n");
        assertThat(blob.symbols()).containsExactly(Map.entry("first", 0), Map.entry("second", 2));
    }

    @Test
    void externalNamesBecomeRelocations() {
        CodeBlob blob = Assembler.parse(".extern puts\ncall puts\ncall puts@PLT\nlea rax, [rip + puts]\n.quad puts\n");
        assertThat(blob.relocations())
                .containsExactly(
                        new Relocation(1, Relocation.Kind.BRANCH_32, "puts", -4),
                        new Relocation(6, Relocation.Kind.BRANCH_32, "puts", -4),
                        new Relocation(13, Relocation.Kind.RELATIVE_32, "puts", -4),
                        new Relocation(17, Relocation.Kind.ABSOLUTE_64, "puts", 0));
    }

    @Test
    void aCommentBehindAnInstructionIsItsReason() {
        CodeBlob blob = Assembler.parse("# a heading\nnop # waits\nret // goes\n");
        assertThat(blob.instructions()).extracting(Instruction::reason).containsExactly("waits", "goes");
        assertThat(blob.listing()).contains("nop  ; waits");
    }

    @Test
    void textIsAppendedToWhatIsThere() {
        Assembler a = new Assembler();
        a.nop();
        a.assemble("1: jmp 1b").assemble("1: jmp 1b");
        assertThat(a.finish("code").bytes()).isEqualTo(HexFormat.of().parseHex("90ebfeebfe"));
    }

    @Test
    void aFileGivesItsCodeItsName(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("hello.s"), "ret\n", StandardCharsets.UTF_8);
        assertThat(TextAssembler.blob(Source.read(file)).name()).isEqualTo("hello");
    }

    @Test
    void anIntrinsicMayHaveANameThatMeansSomethingElsewhere() {
        Assembler assembler = new Assembler();
        new TextAssembler(assembler)
                .intrinsic("wait", operands -> assembler.ud2())
                .intrinsic("end", operands -> assembler.ret())
                .assemble(Source.of("wait; end"));
        assertThat(assembler.finish("code").bytes()).containsExactly(0x0f, 0x0b, 0xc3);
    }

    @Test
    void whatIsSaidOfAnInstructionIsNotForThoseOfASource() {
        Assembler assembler = new Assembler();
        assembler.lock();
        TextAssembler text = new TextAssembler(assembler);
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> text.assemble(Source.of("inc dword ptr [rdi]")))
                .withMessageContaining("'lock' is followed by no instruction");
        text.assemble(Source.of("nop"));
        assertThat(assembler.finish("code").bytes()).containsExactly(0x90);
    }

    @Test
    void anIntrinsicStandsLikeAMnemonic() {
        Assembler a = new Assembler();
        new TextAssembler(a)
                .intrinsic("leave_now", operands -> a.emit("jmp", operands.get(0)))
                .assemble(new Source("x.s", "leave now rax\nleave_now rcx\n"));
        assertThat(a.finish("code").bytes()).isEqualTo(HexFormat.of().parseHex("ffe0ffe1"));
    }

    @Test
    void aHundredThousandLinesTakeNoTimeThatGrowsFasterThanTheyDo() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 100_000; i++) {
            text.append('l')
                    .append(i)
                    .append(": jmp l")
                    .append(Math.max(0, i - 1))
                    .append('\n');
        }
        List<Instruction> instructions = Assembler.parse(text.toString()).instructions();
        assertThat(instructions).hasSize(100_000);
    }
}
