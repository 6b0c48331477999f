// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.BuiltInAbis;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Holds the ABIs {@code seed-sysv} and {@code seed-win64}, instruction by instruction, to what the rows of docs/conformance.md ask
 * for: each line names the row that it comes from, and was written down from there.
 *
 * <p>Sizes of memory operands are left out: they follow from the register.
 */
@DisplayName("As the rows have it, instruction by instruction,")
class SeedAbiTest {
    /** The displacements below: StackBase and StackLimit follow seven general and ten vector registers. */
    private static final String STACK_BASE = "272";

    private static final String STACK_LIMIT = "280";

    @Test
    @Tag("S7")
    @Tag("S10")
    @Tag("S11")
    @Tag("S13")
    void gogoOnSystemV() {
        assertThat(lines(Primitive.GOGO, BuiltInAbis.SEED_SYSTEM_V)).containsExactlyElementsOf(expected("""
                                S13  mov rbx, [rdi+56]
                                S13  mov r12, [rdi+64]
                                S13  mov r13, [rdi+72]
                                S13  mov r14, [rdi+80]
                                S13  mov r15, [rdi+88]
                                S11  mov rbp, [rdi+48]
                                S11  mov rax, [rdi+8]
                                S11  mov rsp, [rdi]
                                S11  jmp rax
                                """));
    }

    @Test
    @Tag("S10")
    @Tag("S11")
    @Tag("S14")
    void gogoOnWin64() {
        List<String> expected = new ArrayList<>(expected("""
                S18  mov rax, [rcx+STACK_BASE]
                S18  mov gs:[8], rax
                S18  mov rax, [rcx+STACK_LIMIT]
                S18  mov gs:[16], rax
                """));
        for (int xmm = 6; xmm <= 15; xmm++) {
            expected.addAll(expected("S14  movdqu xmm%d, [rcx+%d]".formatted(xmm, 112 + 16 * (xmm - 6))));
        }
        expected.addAll(expected("""
                S13  mov rbx, [rcx+56]
                S14  mov rdi, [rcx+64]
                S14  mov rsi, [rcx+72]
                S13  mov r12, [rcx+80]
                S13  mov r13, [rcx+88]
                S13  mov r14, [rcx+96]
                S13  mov r15, [rcx+104]
                S11  mov rbp, [rcx+48]
                S11  mov rax, [rcx+8]
                S11  mov rsp, [rcx]
                S11  jmp rax
                """));
        assertThat(lines(Primitive.GOGO, BuiltInAbis.SEED_WIN64)).containsExactlyElementsOf(expected);
    }

    @Test
    @Tag("S5")
    @Tag("S19")
    @Tag("S21")
    @Tag("S22")
    @Tag("S24")
    @Tag("S25")
    @Tag("S26")
    void mcallOnSystemV() {
        assertThat(lines(Primitive.MCALL, BuiltInAbis.SEED_SYSTEM_V)).containsExactlyElementsOf(expected("""
                                S21  mov rax, [rsp]
                                S21  mov [rsi+8], rax
                                S21  lea rax, [rsp+8]
                                S21  mov [rsi], rax
                                S24  mov [rsi+48], rbp
                                S22  mov [rsi+56], rbx
                                S22  mov [rsi+64], r12
                                S22  mov [rsi+72], r13
                                S22  mov [rsi+80], r14
                                S22  mov [rsi+88], r15
                                S7   mov [rsi+16], rdi
                                S27  mov rbx, rsi
                                S25  mov rsp, [rdx]
                                S25  mov rbp, [rdx+48]
                                S5   and rsp, -16
                                S25  call rcx
                                S26  ud2
                                """));
    }

    @Test
    @Tag("S5")
    @Tag("S6")
    @Tag("S20")
    @Tag("S21")
    @Tag("S23")
    @Tag("S24")
    @Tag("S25")
    @Tag("S26")
    void mcallOnWin64() {
        List<String> expected = new ArrayList<>(expected("""
                S21  mov rax, [rsp]
                S21  mov [rdx+8], rax
                S21  lea rax, [rsp+8]
                S21  mov [rdx], rax
                S24  mov [rdx+48], rbp
                S4   mov [rdx+56], rbx
                S4   mov [rdx+64], rdi
                S4   mov [rdx+72], rsi
                S4   mov [rdx+80], r12
                S4   mov [rdx+88], r13
                S4   mov [rdx+96], r14
                S4   mov [rdx+104], r15
                """));
        for (int xmm = 6; xmm <= 15; xmm++) {
            expected.addAll(expected("S23  movdqu [rdx+%d], xmm%d".formatted(112 + 16 * (xmm - 6), xmm)));
        }
        expected.addAll(expected("""
                S18  mov rax, gs:[8]
                S18  mov [rdx+STACK_BASE], rax
                S18  mov rax, gs:[16]
                S18  mov [rdx+STACK_LIMIT], rax
                S7   mov [rdx+16], rcx
                S27  mov rbx, rdx
                S18  mov rax, [r8+STACK_BASE]
                S18  mov gs:[8], rax
                S18  mov rax, [r8+STACK_LIMIT]
                S18  mov gs:[16], rax
                S25  mov rsp, [r8]
                S25  mov rbp, [r8+48]
                S5   and rsp, -16
                S6   sub rsp, 32
                S25  call r9
                S26  ud2
                """));
        assertThat(lines(Primitive.MCALL, BuiltInAbis.SEED_WIN64)).containsExactlyElementsOf(expected);
    }

    @Test
    @Tag("S5")
    @Tag("S30")
    @Tag("S32")
    @Tag("S33")
    void systemstackOnSystemV() {
        assertThat(lines(Primitive.SYSTEMSTACK, BuiltInAbis.SEED_SYSTEM_V)).containsExactlyElementsOf(expected("""
                                S33  push rbp
                                S33  mov rbp, rsp
                                S33  mov rsp, rdi
                                S32  and rsp, -16
                                S33  sub rsp, 16
                                S33  mov [rsp+8], rbp
                                S30  mov rdi, rsi
                                S33  call rdx
                                S33  mov rbp, [rsp+8]
                                S33  mov rsp, rbp
                                S33  pop rbp
                                S33  ret
                                """));
    }

    @Test
    @Tag("S5")
    @Tag("S6")
    @Tag("S31")
    @Tag("S32")
    @Tag("S33")
    @Tag("Sg")
    void systemstackOnWin64() {
        assertThat(lines(Primitive.SYSTEMSTACK, BuiltInAbis.SEED_WIN64)).containsExactlyElementsOf(expected("""
                                S33  push rbp
                                S33  mov rbp, rsp
                                Sg   push gs:[8]
                                Sg   push gs:[16]
                                Sg   mov rax, [r9+STACK_BASE]
                                Sg   mov gs:[8], rax
                                Sg   mov rax, [r9+STACK_LIMIT]
                                Sg   mov gs:[16], rax
                                S33  mov rsp, rcx
                                S32  and rsp, -16
                                S6   sub rsp, 48
                                S33  mov [rsp+40], rbp
                                S31  mov rcx, rdx
                                S33  call r8
                                S33  mov rbp, [rsp+40]
                                Sg   mov rcx, [rbp-8]
                                Sg   mov gs:[8], rcx
                                Sg   mov rcx, [rbp-16]
                                Sg   mov gs:[16], rcx
                                S33  mov rsp, rbp
                                S33  pop rbp
                                S33  ret
                                """));
    }

    @Test
    @Tag("S43")
    @Tag("S44")
    @Tag("S45")
    @Tag("S47")
    @Tag("S48")
    @Tag("S50")
    @Tag("S51")
    @Tag("S52")
    @Tag("Sb")
    void asyncPreemptOnSystemV() {
        assertThat(lines(Primitive.ASYNC_PREEMPT, BuiltInAbis.SEED_SYSTEM_V))
                .containsExactlyElementsOf(trampoline("""
                                Sb   mov rbx, rsp
                                S47  and rsp, -16
                                S50  push rbx
                                S47  sub rsp, 8
                                S48  call async_preempt2
                                Sb   mov rsp, [rsp+8]
                                """));
    }

    @Test
    @Tag("S49")
    @Tag("S50")
    @Tag("S51")
    void asyncPreemptOnWin64() {
        assertThat(lines(Primitive.ASYNC_PREEMPT, BuiltInAbis.SEED_WIN64)).containsExactlyElementsOf(trampoline("""
                                Sb   mov rbx, rsp
                                S47  and rsp, -16
                                S50  push rbx
                                S49  sub rsp, 40
                                S48  call async_preempt2
                                Sb   mov rsp, [rsp+40]
                                """));
    }

    /** The trampoline around its call, which is the same for both: Win64 leaves 128 bytes alone as well. */
    private static List<String> trampoline(String call) {
        List<String> expected = new ArrayList<>(expected("""
                S43  pushf
                S43  push 0
                S43  popf
                S44  push rbp
                S44  push r15
                S44  push r14
                S44  push r13
                S44  push r12
                S44  push r11
                S44  push r10
                S44  push r9
                S44  push r8
                S44  push rdi
                S44  push rsi
                S44  push rdx
                S44  push rcx
                S44  push rbx
                S44  push rax
                S45  sub rsp, 264
                """));
        for (int xmm = 0; xmm < 16; xmm++) {
            expected.addAll(expected("S45  movdqu [%s], xmm%d".formatted(slot(xmm), xmm)));
        }
        expected.addAll(expected("""
                Sf   stmxcsr [rsp+256]
                Sf   fnstcw [rsp+260]
                """));
        expected.addAll(expected(call));
        for (int xmm = 0; xmm < 16; xmm++) {
            expected.addAll(expected("S51  movdqu xmm%d, [%s]".formatted(xmm, slot(xmm))));
        }
        expected.addAll(expected("""
                Sf   ldmxcsr [rsp+256]
                Sf   fldcw [rsp+260]
                S51  add rsp, 264
                S51  pop rax
                S51  pop rbx
                S51  pop rcx
                S51  pop rdx
                S51  pop rsi
                S51  pop rdi
                S51  pop r8
                S51  pop r9
                S51  pop r10
                S51  pop r11
                S51  pop r12
                S51  pop r13
                S51  pop r14
                S51  pop r15
                S51  pop rbp
                S51  popf
                S51  ret 128
                """));
        return expected;
    }

    private static String slot(int xmm) {
        return xmm == 0 ? "rsp" : "rsp+" + 16 * xmm;
    }

    /** The instructions of a table, without their rows. */
    private static List<String> expected(String table) {
        return table.lines()
                .map(line -> line.substring(5).replace("STACK_BASE", STACK_BASE).replace("STACK_LIMIT", STACK_LIMIT))
                .toList();
    }

    private static List<String> lines(Primitive primitive, Abi abi) {
        return Code.texts(primitive.emit(abi, SaveSet.SSE)).stream()
                .map(text -> text.replaceAll("\\w+ ptr ", "").replaceAll(" ([+-]) (?=0x)", "$1"))
                .map(SeedAbiTest::inDecimal)
                .toList();
    }

    private static String inDecimal(String text) {
        return Pattern.compile("0x(\\p{XDigit}+)")
                .matcher(text)
                .replaceAll(number -> Long.toString(Long.parseUnsignedLong(number.group(1), 16)));
    }
}
