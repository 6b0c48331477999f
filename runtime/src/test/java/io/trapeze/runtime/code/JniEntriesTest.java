// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class JniEntriesTest {

    private static List<String> entry(Abi abi, String symbol) {
        CodeBlob blob = JniEntries.emit(new Assembler(), abi);
        int from = blob.offset(symbol);
        List<String> lines = new ArrayList<>();
        for (Instruction instruction : blob.instructions()) {
            if (instruction.offset() >= from) {
                lines.add(instruction.text());
                if (instruction.text().startsWith("jmp")) {
                    return lines;
                }
            }
        }
        throw new AssertionError(symbol + " does not end in a jump: " + lines);
    }

    @Test
    @Tag("S3")
    void theSystemVEntryTakesTheLastThreeArgumentsFromTheStack() {
        assertThat(entry(Abi.SYSTEM_V, "call6"))
                .containsExactly(
                        "mov rax, rdx",
                        "mov rdi, rcx",
                        "mov rsi, r8",
                        "mov rdx, r9",
                        "mov rcx, qword ptr [rsp + 0x8]",
                        "mov r8, qword ptr [rsp + 0x10]",
                        "mov r9, qword ptr [rsp + 0x18]",
                        "jmp rax");
    }

    @Test
    @Tag("S4")
    void theWin64EntryReadsAndWritesAboveTheShadowSpace() {
        assertThat(entry(Abi.WIN64, "call6"))
                .containsExactly(
                        "mov rax, r8",
                        "mov rcx, r9",
                        "mov rdx, qword ptr [rsp + 0x28]",
                        "mov r8, qword ptr [rsp + 0x30]",
                        "mov r9, qword ptr [rsp + 0x38]",
                        "mov r10, qword ptr [rsp + 0x40]",
                        "mov qword ptr [rsp + 0x28], r10",
                        "mov r10, qword ptr [rsp + 0x48]",
                        "mov qword ptr [rsp + 0x30], r10",
                        "jmp rax");
    }

    @Test
    void enterKeepsTheEnvironmentWhereItIs() {
        assertThat(entry(Abi.SYSTEM_V, "enter")).containsExactly("mov rax, rdx", "mov rsi, rcx", "jmp rax");
        assertThat(entry(Abi.WIN64, "enter")).containsExactly("mov rax, r8", "mov rdx, r9", "jmp rax");
    }

    @Test
    void everyNativeMethodHasItsEntry() {
        assertThat(JniEntries.emit(new Assembler(), Abi.SYSTEM_V).symbols().keySet())
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(NativeEntries.class.getDeclaredMethods())
                        .filter(method -> java.lang.reflect.Modifier.isNative(method.getModifiers()))
                        .map(java.lang.reflect.Method::getName)
                        .toList());
    }
}
