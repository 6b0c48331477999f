// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Assembler;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole texts, of the sort that people write and compilers put out, read by us and by other assemblers. */
class TextAgreesTest {
    /** What both read. */
    private enum Text {
        STRLEN("""
                .globl strlen
                .type strlen, @function
                strlen: xor eax, eax
                1:      cmp byte ptr [rdi + rax], 0
                        je 2f
                        inc rax
                        jmp 1b
                2:      ret
                .size strlen, .-strlen
                """),
        MEMCPY("""
                memcpy: mov rax, rdi
                        mov rcx, rdx
                        shr rcx, 3
                        rep movsq
                        mov ecx, edx
                        and ecx, 7
                        rep movsb
                        ret
                """),
        COMPILED("""
                        .file "sum.c"
                        .intel_syntax noprefix
                        .text
                        .p2align 4
                        .globl sum
                        .type sum, @function
                sum:    test    esi, esi
                        jle     .L4
                        lea     eax, -1[rsi]
                        lea     rdx, 4[rdi+rax*4]
                        xor     eax, eax
                .L3:    add     eax, DWORD PTR [rdi]
                        add     rdi, 4
                        cmp     rdi, rdx
                        jne     .L3
                        ret
                .L4:    xor     eax, eax
                        ret
                        .size sum, .-sum
                        .ident "a compiler"
                        .section .note.GNU-stack,"",@progbits
                """),
        FRAME("""
                f:      push rbp
                        mov rbp, rsp
                        sub rsp, 0x90
                        mov qword ptr [rbp - 8], rdi
                        mov dword ptr [rbp - 0x84], -1
                        lea rsi, [rbp - 0x80]
                        call g
                        leave
                        ret
                g:      mov rax, fs:[0x28]
                        xor rax, qword ptr [rsp + rsi*8 + 0x7f]
                        cmp rax, 0x80
                        setne al
                        movzx eax, al
                        cmovne rcx, rax
                        ret
                """),
        JUMP_TABLE("""
                        lea rdx, [rip + table]
                        movsxd rax, dword ptr [rdx + rdi*4]
                        add rax, rdx
                        jmp rax
                a:      mov eax, 1
                        ret
                b:      mov eax, 2
                        jmp away
                table:  .long a - table, b - table
                        .skip 200, 0xcc
                away:   jmp a
                        jz table
                """),
        ATOMICS("""
                spin:   mov eax, 1
                1:      xchg dword ptr [rdi], eax
                        test eax, eax
                        jz 3f
                2:      pause
                        cmp dword ptr [rdi], 0
                        jne 2b
                        jmp 1b
                3:      lock xadd qword ptr [rdi + 8], rax
                        lock cmpxchg16b xmmword ptr [rdi + 16]
                        lock or dword ptr [rsp], 0
                        mfence
                        ret
                """),
        DATA("""
                SIZE = 3 * 4
                .set MASK, ((1 << 5) | 7) & ~2
                .byte 1, 'a', -1, 0x7f
                .word SIZE, 0xffff
                .long MASK, -5 / 2, 7 % 3, 0b1010, 017
                .quad 0x1122334455667788, SIZE - 20
                .ascii "tab\\tquote\\"nul\\0end"
                .asciz "x"
                .float 1.5, -0.25
                .double 3.141592653589793
                .zero 3
                and eax, MASK
                mov ecx, SIZE + 1
                """),
        VECTORS("""
                        vmovupd zmm0{k1}{z}, [rdi]
                        vaddpd zmm1{k2}, zmm0, qword ptr [rsi]{1to8}
                        vmulps zmm2, zmm1, zmm0, {rz-sae}
                        vfmadd231pd ymm3, ymm1, [rdx + rcx*8 + 32]
                        vextractf128 xmm4, ymm3, 1
                        movaps xmm5, [rsp + 16]
                        addsd xmm5, [rip + one]
                        pshufd xmm6, xmm5, 0x4e
                        vzeroupper
                        ret
                one:    .double 1.0
                """),
        LOOPS("""
                f:      xor eax, eax
                        .p2align 4,,10
                        .p2align 3
                1:      add eax, [rdi]
                        add rdi, 4
                        dec rsi
                        jnz 1b
                        .p2align 4,,3
                        .balign 8,,7
                        shl eax
                        sar qword ptr [rdi]
                        imul eax, 5
                        imul rcx, -1000
                        lock
                        add [rdi], eax
                2:      lock; dec dword ptr [rdi]
                        rep; movsb
                        jmp 2b
                """),
        STRINGS("""
                        rep stos qword ptr es:[rdi], rax
                        rep stos dword ptr [rdi]
                        stos byte ptr es:[rdi], al
                        movs word ptr es:[rdi], word ptr ds:[rsi]
                        rep movs byte ptr [rdi], byte ptr [rsi]
                        movs dword ptr es:[rdi], dword ptr fs:[rsi]
                        lods al, byte ptr ds:[rsi]
                        lods eax, dword ptr gs:[rsi]
                        lods qword ptr [rsi]
                        repz cmps byte ptr ds:[rsi], byte ptr es:[rdi]
                        repne scas al, byte ptr es:[rdi]
                        scas qword ptr es:[rdi]
                        outs dx, byte ptr ds:[rsi]
                        rep ins dword ptr es:[rdi], dx
                        xlat byte ptr ds:[rbx]
                """),
        OTHER_NAMES("""
                        cmpltps xmm0, xmm1
                        cmpnlesd xmm4, qword ptr [rdi]
                        vcmpeqps xmm0, xmm1, xmm2
                        vcmptrue_uspd k1{k2}, zmm0, [rax]
                        vcmpneq_oqps k3, zmm0, zmm1, {sae}
                        vcmpngt_uqss xmm0, xmm1, xmm2
                        vcmpge_osps ymm0, ymm1, ymm2
                        vpcmpltub k5, ymm27, ymm30
                        vpcmpneqd k5, zmm7, dword ptr [rax]{1to16}
                        vpcmpequw k5, zmm7, zmm2
                        pclmulhqlqdq xmm0, xmm1
                        vpclmulhqhqdq xmm0, xmm1, xmm2
                        blendvps xmm0, [rdi]
                        pblendvb xmm3, xmm1
                        fadd
                        fcom
                        fucomp
                        fcomip
                        fucomi
                        fsubr
                        fdiv st(3)
                        faddp st(2)
                        fmul dword ptr [rax]
                        fstcw [rax]
                        fstsw ax
                        finit
                        fsave [rsp + 8]
                """),
        SYSTEM("""
                        mov eax, 60
                        syscall
                        rdtscp
                        xgetbv
                        fninit
                        fld qword ptr [rdi]
                        fstp st(1)
                        fnstcw [rsp - 2]
                        ldmxcsr [rsp + 4]
                        xsave64 [rdi]
                        endbr64
                        rdfsbase rax
                        int3
                        ud2
                        push 0x12345678
                        push qword ptr gs:[0x10]
                        movabs rax, 0x1122334455667788
                        movabs rax, [0x1122334455667788]
                        movabs [0x1122334455667788], al
                        movabs eax, dword ptr [0x10]
                        mov eax, [0x7fffffff]
                        int 3
                        int 0x80
                """),
        TABLES("""
                first:  jmp last
                        .byte last - first, first - last, 2f - first
                        .word last - first - 0x100
                        .long last - first
                        .quad first - last
                2:      jz first
                last:   ret
                """);

        private final String source;

        Text(String source) {
            this.source = source;
        }
    }

    @TempDir
    private Path directory;

    private void compare(ReferenceAssembler assembler, String source) {
        assembler.tool().assumePresent();
        byte[] theirs = assembler.assembleProgram(directory, List.of(source.split("\n")));
        assertThat(Assembler.parse(source).bytes()).isEqualTo(theirs);
    }

    @ParameterizedTest
    @EnumSource(Text.class)
    void gnuAsMakesTheSameBytes(Text text) {
        compare(ReferenceAssembler.GNU_AS, text.source);
    }

    @ParameterizedTest
    @EnumSource(Text.class)
    void llvmMcMakesTheSameBytes(Text text) {
        compare(ReferenceAssembler.LLVM_MC, text.source);
    }

    /** What llvm-mc does not read: distances and places in immediates and branches. */
    static Stream<String> forGnuAs() {
        return Stream.of(
                "s: jmp e; mov ecx, e - s; add rdx, e - s; push e - s; e: ret",
                "jmp . + 2; nop; jmp $; a: jmp a + 3; .skip 130; jmp a - 1",
                "mov eax, 4[rdi][rcx*2]; N = 5; mov eax, N[rdi]; 1: loop 1b; 1: jrcxz 1f; 1:",
                "fs lodsb; gs rep movsq; cs mov rax, [rdi]; fs lock inc dword ptr [rdi]; notrack jmp rax; rep ret",
                "jmp [QWORD PTR [rax+16]]; call [QWORD PTR -8[rbp+rcx*8]]; fs fstcw [rax]; f: call f@PLT",
                "rep movs BYTE PTR es:[rdi],BYTE PTR gs:[rsi]; lods rax,QWORD PTR fs:[rsi]; xlat BYTE PTR fs:[rbx]",
                "jmp short 1f; 1: movsx rax, ecx; movsx rdx, dword ptr [rdi]; movsxd eax, ecx",
                ".ascii \"\\x414\\xabcg\"; .cfi_startproc; nop; .cfi_endproc",
                "mov eax, [0x80000000]; mov [0x123456789abcdef0], rax; mov fs:[0x123456789], al; mov eax, ds:0xffffffff80000000",
                "movabs ax, gs:[0x10]; movabs rax, ds:0x1122334455667788; fs rep movsb",
                "mov eax, 'a' + 1; .byte 'b, 'c'; mov al, -1 & 0xff");
    }

    @ParameterizedTest
    @MethodSource("forGnuAs")
    void gnuAsMakesTheSameBytesOfWhatItAloneReads(String source) {
        compare(ReferenceAssembler.GNU_AS, source);
    }
}
