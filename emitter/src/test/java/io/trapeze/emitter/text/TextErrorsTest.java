// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.trapeze.emitter.Assembler;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextErrorsTest {
    private static SourceException errors(String text) {
        return catchThrowableOfType(SourceException.class, () -> TextAssembler.blob(new Source("student.s", text)));
    }

    /** What students write, where the error points, and what it must tell them. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "mov rax, ebx                    ¦  5 ¦ rax has 64 bits where 'mov r/m32, r32' takes 32: write eax",
                "mov rax, [rbx + rsp*2]          ¦ 10 ¦ rsp cannot be an index",
                "mov [rdi], 1                    ¦  5 ¦ say how wide the memory is: byte ptr [rdi] or word ptr [rdi]",
                "inc [rdi]                       ¦  5 ¦ say how wide the memory is",
                "movzx eax, [rdi]                ¦ 12 ¦ byte ptr [rdi] or word ptr [rdi]",
                "jmp elsewhere                   ¦  5 ¦ unknown label 'elsewhere'; write 'elsewhere:' where it belongs",
                "again: loop agian               ¦ 13 ¦ unknown label 'agian'; did you mean 'again'?",
                "mov ah, r8b                     ¦  5 ¦ use al, bl, cl or dl",
                "mov [rdi], [rsi]                ¦  5 ¦ no form takes two operands in memory: load one into a register first",
                "add rax, 0x123456789            ¦ 10 ¦ a mov to a 64-bit register takes any value",
                "mov al, 300                     ¦  9 ¦ it must be in -128 … 255",
                "push eax                        ¦  6 ¦ eax has 32 bits where 'push r64' takes 64: write rax",
                "shl rax, ebx                    ¦ 10 ¦ takes 8: write cl",
                "movzx rax, eax                  ¦ 12 ¦ writing a 32-bit register clears the upper half",
                "mov %rax, $1                    ¦  5 ¦ this is AT&T syntax",
                "mov rax, $1                     ¦ 10 ¦ this is AT&T syntax",
                "movl eax, 1                     ¦  1 ¦ AT&T syntax has such endings; here it is 'mov'",
                "mvo rax, rbx                    ¦  1 ¦ unknown instruction 'mvo'; did you mean 'mov'?",
                "mov eax, dword [rdi]            ¦ 10 ¦ write dword ptr [...]",
                "x: mov rax, [x]                 ¦ 13 ¦ write [rip + x]",
                "x: mov rax, x                   ¦ 13 ¦ lea rax, [rip + x] for the address",
                "x: lea rax, offset x            ¦ 13 ¦ write lea rax, [rip + label]",
                "mov eax, [edi]                  ¦ 10 ¦ an address is made of 64-bit registers, and edi is none: write rdi",
                "mov eax, [rax + rbx + rcx]      ¦ 10 ¦ an address has at most two registers",
                "mov eax, [rax + rbx*3]          ¦ 10 ¦ multiplied by 1, 2, 4 or 8 in an address, not by 3",
                "mov eax, [rax + 0x80000000]     ¦ 10 ¦ displacement 0x80000000 does not fit",
                "mov eax, [fs:rax]               ¦ 11 ¦ a segment stands before the bracket, as in fs:[rax]",
                "mov eax, LATER; LATER = 4       ¦ 10 ¦ defined only further down",
                "jmp . - 3                       ¦  5 ¦ this place is before the code's start",
                "loop x - 0x7fffffff; x: nop     ¦  6 ¦ this place is before the code's start",
                "x: mov al, e - x; jmp e; e: nop ¦ 12 ¦ a distance that only the finished code has takes 32 bits",
                "mov rax, es:[rdi]               ¦ 10 ¦ leave 'es' out, or write cs, es or ss before the instruction",
                "fs                              ¦  1 ¦ expected the instruction that 'fs' belongs to",
                ".balign 8, 0xcc                 ¦  9 ¦ padding is nops",
                ".if 1                           ¦  1 ¦ there are .2byte .4byte .8byte .align",
                "jmp 0x1000                      ¦  5 ¦ a branch goes to a label",
                "jmp 1f                          ¦  5 ¦ there is no label 1: behind this line",
                "rep add                         ¦  5 ¦ behind 'rep' stands one of: insb",
                "rep; x: movsb                   ¦  1 ¦ expected the instruction that 'rep' belongs to",
                "mov rax, fs:x@tpoff             ¦ 13 ¦ only a linker knows 'x@tpoff'",
                "t: jmp [qword ptr t[0 + rax*8]] ¦  9 ¦ code does not know where it will be mapped: write [rip + t]",
                "rep stos dword ptr [rsi], eax   ¦  5 ¦ behind 'rep' stands one of: insb",
                "cmpge_osps xmm0, xmm1           ¦  1 ¦ unknown instruction 'cmpge_osps'",
                "fcmovb st(1)                    ¦  1 ¦ no form takes these operands",
                "shl                             ¦  1 ¦ no form takes these operands",
                "lock mov rax, rbx               ¦  6 ¦ LOCK is legal only before instructions that read and write memory",
                "movs byte ptr [edi], al         ¦  1 ¦ 'movs' works on [rdi], [rsi] and the accumulator alone",
                "fwait nop                       ¦  7 ¦ unknown label 'nop'",
                "lock lock inc qword ptr [rdi]   ¦  6 ¦ 'lock' a second time: once is enough",
                "lock                            ¦  1 ¦ expected the instruction that 'lock' belongs to",
                "mov eax, 1 + 2 << 3             ¦ 16 ¦ put parentheses around the part that is meant",
                "mov eax, 1 | 2 & 3              ¦ 12 ¦ put parentheses around the part that is meant",
                "mov eax, 1 << 64                ¦ 12 ¦ it must be 0 to 63",
                "mov eax, 1 / 0                  ¦ 12 ¦ division by zero",
                "mov eax, 0ffh                   ¦ 10 ¦ is no number of at most 64 bits: write 255, 0xff",
                "mov eax, 0x1ffffffffffffffff    ¦ 10 ¦ is no number of at most 64 bits",
                "mov eax,                        ¦  9 ¦ expected a number, name or register, found the end",
                "mov eax, [rdi                   ¦ 14 ¦ expected ']' behind the address",
                "mov eax ebx                     ¦  9 ¦ expected a comma or the end of the statement",
                "x: x: nop                       ¦  4 ¦ label 'x' stands on line 2 already",
                "rax: nop                        ¦  1 ¦ 'rax' is a register: choose another name",
                "x = 1; x: nop                   ¦  8 ¦ declared as something else on line 2",
                ".byte 300                       ¦  7 ¦ 300 does not fit in 1 byte: it must be in -128 … 255",
                ".skip 1<<40                     ¦  7 ¦ 1099511627776 bytes: it must be 0 to 67108864",
                ".skip -1                        ¦  7 ¦ it must be 0 to",
                ".align 3                        ¦  8 ¦ a power of two from 1 to 4096 is what it can be aligned to; found 3",
                ".p2align 13                     ¦ 10 ¦ 0 to 12, the power of two",
                ".byt 1                          ¦  1 ¦ unknown directive '.byt'; did you mean '.byte'?",
                ".data                           ¦  1 ¦ code has one section",
                ".att_syntax                     ¦  1 ¦ what is read here is .intel_syntax noprefix",
                ".globl nowhere                  ¦  8 ¦ unknown label 'nowhere'",
                ".asciz \"abc                    ¦  8 ¦ this string has no end",
                ".ascii \"\\q\"                  ¦  9 ¦ unknown escape",
                "x: .quad x                      ¦ 10 ¦ code has no fixed address",
                "x: jmp y; .skip 99; .byte y - x; .skip 200; y: ¦ 27 ¦ from 'x' to 'y' comes to 305, which does not fit in the 8 bits",
                "x: jmp y; y: mov eax, y - x + 0x100000000 ¦ 23 ¦ 4294967296 more than a distance: it must be 32 bits with a sign",
                "mov rcx, [0x123456789]          ¦  5 ¦ put it into a register, as in mov rcx, 0x123456789, and write [rcx]",
                "mov al, word ptr [0x123456789]  ¦  1 ¦ mov ax, moffs16",
                "mov al, gs:[-1]{1to4}           ¦ 16 ¦ '{1to4}' is for one element: write dword ptr or qword ptr",
                "vaddps xmm0, xmm1, xmmword ptr [rax]{1to4} ¦ 37 ¦ write dword ptr or qword ptr",
                "inc dword ptr 5                 ¦  5 ¦ a size or segment stands before memory in brackets",
                "mov eax, dword ptr 5            ¦ 10 ¦ before a number alone, assemblers differ in what a size means",
                "push word ptr 5                 ¦  6 ¦ before a number alone, assemblers differ in what a size means",
                "mov eax, x:5                    ¦ 10 ¦ unknown label 'x'",
                "mov eax, rbc                    ¦ 10 ¦ unknown label 'rbc'; did you mean 'rbp'?",
                "vmovaps xmm33, xmm1             ¦  9 ¦ unknown label 'xmm33'; did you mean 'xmm13'?",
                "mov eax, al1                    ¦ 10 ¦ unknown label 'al1'; write 'al1:' where it belongs",
                "vaddps zmm0{rn-sae}, zmm1, zmm2 ¦ 12 ¦ '{rn-sae}' has no place here",
                "movd rax, xmm17                 ¦  6 ¦ no form takes these operands",
                "pusha                           ¦  1 ¦ 'pusha' does not exist in 64-bit mode: push each register",
                "popfd                           ¦  1 ¦ 'popfd' does not exist in 64-bit mode: write popfq",
                "les eax, [rdi]                  ¦  1 ¦ 'les' does not exist in 64-bit mode",
                "call sin                        ¦  6 ¦ or declare it by .extern",
                "x_1: jmp x_2                    ¦ 10 ¦ did you mean 'x_1'? If not, write 'x_2:' where it belongs",
                "main proc                       ¦  6 ¦ 'proc' is MASM's",
                "end: jmpp end                   ¦  6 ¦ unknown instruction 'jmpp'; did you mean 'jmp'?",
                "x equ 5                         ¦  3 ¦ here it is name = value",
                "times 4 nop                     ¦  1 ¦ nothing repeats",
                "shld eax, 5                     ¦  1 ¦ no form takes these operands",
                "monitor rax, cx, dx             ¦  1 ¦ no form takes these operands",
                "vcvtsi2ss xmm0, xmm1{rn-sae}, rax ¦ 21 ¦ '{rn-sae}' has no place here",
                "db 5                            ¦  1 ¦ here it is .byte",
                "section .text                   ¦  1 ¦ 'section' is NASM's: leave it out",
                "global main                     ¦  1 ¦ here it is .globl",
                "nop ; returns nothing           ¦  7 ¦ comments begin with # or //",
                ".float 1e39                     ¦  8 ¦ '1e39' is no number such as 1.5 or -2e-3 of 32 bits",
                ".double 1.5d                    ¦  9 ¦ '1.5d' is no number",
                "/* nop                          ¦  1 ¦ this comment has no end",
                "mov eax, §                      ¦ 10 ¦ can stand only in comments and strings",
            })
    void aTypicalMistakeGivesAnErrorThatPointsAtItAndSaysHowToFixIt(String line, int column, String says) {
        SourceException e = errors("nop\n" + line + "\n");
        assertThat(e).as("'%s' must be refused", line).isNotNull();
        assertThat(e).hasMessageStartingWith("student.s:2:" + column + ": ").hasMessageContaining(says);
        assertThat(e.problems()).hasSize(1);
        assertThat(e.problems().get(0).line()).isEqualTo(2);
        assertThat(e.problems().get(0).column()).isEqualTo(column);
        assertThat(e.problems().get(0).file()).isEqualTo("student.s");
    }

    @Test
    void everyLineThatIsWrongIsReported() {
        SourceException e = errors("mvo rax, 1\nnop\npush eax\njmp nowhere\n");
        assertThat(e.problems()).extracting(Problem::line).containsExactly(1, 3, 4);
        assertThat(e.getMessage().lines()).hasSize(3);
    }

    @Test
    void noMoreThanTwentyLinesAreReported() {
        assertThat(errors("push eax\n".repeat(1000)).problems()).hasSize(SourceException.MOST_PROBLEMS);
    }

    @Test
    void whatBeginsASourceMayBeAlignedWithTrapsWhereverItIsPut() {
        Assembler assembler = new Assembler();
        assembler.nop();
        assembler.assemble(".balign 8, 0xcc\nret\n");
        assertThat(assembler.finish("code").bytes())
                .hasSize(9)
                .startsWith(0x90, 0x0f)
                .endsWith(0xc3);
        assertThat(errors("nop\n.balign 8, 0xcc\n")).hasMessageContaining("padding is nops");
        assertThat(errors("x: jmp x\n.balign 8, 0xcc\n")).hasMessageContaining("padding is nops");
    }

    @Test
    void nothingIsEmittedOfATextWithErrors() {
        Assembler assembler = new Assembler();
        assembler.nop();
        assertThat(catchThrowableOfType(SourceException.class, () -> assembler.assemble("nop\nx: jmp x\npush eax")))
                .isNotNull();
        assembler.ret();
        assertThat(assembler.finish("code").bytes()).containsExactly(0x90, 0xC3);
    }

    @Test
    void aBranchThatReachesTooLittleIsFoundOnItsLine() {
        SourceException e = errors("jz far\n.align 16\njrcxz far\n.skip 300\nfar: nop\n");
        assertThat(e.problems())
                .singleElement()
                .satisfies(p -> assertThat(p.line()).isEqualTo(3))
                .satisfies(p -> assertThat(p.message()).contains("reaches only -128 … 127"));
    }

    @Test
    void aLongWordIsShortenedInTheMessage() {
        assertThat(errors("x".repeat(100_000)).getMessage()).hasSizeLessThan(300);
    }

    @Test
    void deepNestingIsRefusedAndNoStackOverflow() {
        for (String open : List.of("(", "-", "~", "[")) {
            assertThat(errors("mov eax, " + open.repeat(1_000_000)).getMessage())
                    .as(open)
                    .hasSizeLessThan(300);
        }
    }

    @Test
    void codeThatWouldGrowBeyondAllLimitsIsRefused() {
        assertThat(errors(".skip 1 << 25\n".repeat(4)).getMessage()).contains("the most that one source may");
        assertThat(errors(".align 4096\n".repeat(20_000)).getMessage()).contains("the most that one source may");
    }
}
