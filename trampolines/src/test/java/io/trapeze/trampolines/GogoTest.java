// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import io.trapeze.trampolines.abi.BuiltInAbis;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("gogo")
class GogoTest {
    private final CodeBlob systemV = Gogo.emit(Abi.SYSTEM_V);
    private final CodeBlob win64 = Gogo.emit(Abi.WIN64);

    @Test
    @Tag("S10")
    void findsTheGobufInTheFirstArgumentRegister() {
        assertThat(Code.loads(systemV, "rdi")).containsEntry(0, "rsp").containsEntry(8, "rax");
        assertThat(Code.loads(win64, "rcx")).containsEntry(0, "rsp").containsEntry(8, "rax");
    }

    @Test
    @Tag("S11")
    void loadsTheTargetThenTheStackPointerThenJumps() {
        assertThat(Code.texts(systemV))
                .endsWith(
                        "mov rbp, qword ptr [rdi + 0x30]",
                        "mov rax, qword ptr [rdi + 0x8]",
                        "mov rsp, qword ptr [rdi]",
                        "jmp rax");
        assertThat(Code.texts(win64))
                .endsWith(
                        "mov rbp, qword ptr [rcx + 0x30]",
                        "mov rax, qword ptr [rcx + 0x8]",
                        "mov rsp, qword ptr [rcx]",
                        "jmp rax");
    }

    @Test
    @Tag("S11")
    void isRefusedWhenTheAbiLeavesNoScratchRegister() {
        Abi tight = Abi.SYSTEM_V
                .named("tight")
                .passing(rdi, rax)
                .returning(rdi)
                .preserving(rbx, rcx, rdx, rsi, r8, r9, r10, r11, r12, r13, r14, r15);
        assertThat(Code.texts(Gogo.emit(tight))).endsWith("jmp rax");
        Abi tighter = tight.named("tighter")
                .passing(rdi)
                .preserving(rax, rbx, rcx, rdx, rsi, r8, r9, r10, r11, r12, r13, r14, r15);
        assertThatThrownBy(() -> Gogo.emit(tighter))
                .isInstanceOf(AbiException.class)
                .hasMessage(
                        "preserved.general: ABI 'tighter' leaves 0 of the 1 scratch registers that the code needs: every"
                                + " other register is preserved, pinned or kept zero, holds one of the first 1 arguments or is in"
                                + " use; make 1 more general registers volatile");
    }

    @Test
    @Tag("S13")
    void ofSystemVRestoresTheSixCalleeSavedRegistersAndNoVector() {
        assertThat(Code.loads(systemV, "rdi"))
                .containsExactly(
                        entry(56, "rbx"),
                        entry(64, "r12"),
                        entry(72, "r13"),
                        entry(80, "r14"),
                        entry(88, "r15"),
                        entry(48, "rbp"),
                        entry(8, "rax"),
                        entry(0, "rsp"));
        assertThat(Code.vectorsNamed(systemV)).isEmpty();
    }

    @Test
    @Tag("S14")
    void ofWin64RestoresRdiRsiAndTenWholeVectorsAsWell() {
        assertThat(Code.loads(win64, "rcx").values())
                .contains("rbx", "rdi", "rsi", "r12", "r13", "r14", "r15", "rbp")
                .containsSubsequence(
                        "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
        assertThat(Code.texts(win64, t -> t.contains("xmm")))
                .hasSize(10)
                .allMatch(t -> t.startsWith("movdqu") && t.contains("xmmword ptr"));
    }

    @ParameterizedTest
    @MethodSource("io.trapeze.trampolines.Code#abis")
    @Tag("S15")
    void neverReturns(Abi abi) {
        assertThat(Code.texts(Gogo.emit(abi))).noneMatch(t -> t.startsWith("ret") || t.startsWith("call"));
    }

    @ParameterizedTest
    @MethodSource("io.trapeze.trampolines.Code#abis")
    void writesToNeitherStack(Abi abi) {
        Scene scene = new Scene(abi, 1);
        scene.enter(Scene.SCHED);
        scene.processor.run(Gogo.emit(abi), inside -> {});
        assertThat(scene.memory.writes())
                .allMatch(w -> w.within(Processor.THREAD_BLOCK, Processor.THREAD_BLOCK + 0x2000))
                .hasSize(scene.fields().size());
    }

    @Test
    @Tag("S18")
    void ofWin64SetsTheStackBoundsBeforeRspMoves() {
        List<String> texts = Code.texts(win64);
        int moved = texts.indexOf("mov rsp, qword ptr [rcx]");
        for (ThreadBlock.Field field : ThreadBlock.TEB.fields()) {
            String write = "mov qword ptr gs:[0x%x], rax".formatted(field.offset());
            String read = "mov rax, qword ptr [rcx + 0x%x]"
                    .formatted(Gobuf.of(Abi.WIN64).offset(field));
            assertThat(texts.subList(0, moved)).as(field.name()).containsSequence(read, write);
        }
        assertThat(Code.texts(systemV)).noneMatch(t -> t.contains("gs:") || t.contains("fs:"));
    }

    @Test
    void ofGoSetsTheGoroutinesRegisterAndTheZero() {
        assertThat(Code.texts(Gogo.emit(BuiltInAbis.GO)))
                .containsSequence(
                        "mov r14, qword ptr [rax + 0x10]", "xorps xmm15, xmm15", "mov rcx, qword ptr [rax + 0x8]");
    }

    @Test
    void movesTheGobufOutOfTheWayOfAnArgumentThatComesBack() {
        assertThat(Code.texts(Gogo.emit(BuiltInAbis.PRESERVE_ALL)))
                .startsWith("mov r11, rdi")
                .contains("mov rdi, qword ptr [r11 + 0x80]")
                .endsWith("mov rsp, qword ptr [r11]", "jmp qword ptr [r11 + 0x8]");
    }

    @ParameterizedTest
    @MethodSource("io.trapeze.trampolines.Code#systems")
    @Tag("S8")
    @Tag("Sf")
    void restoresEachSlotFromWhereMcallSavedIt(Abi abi) {
        String buf = abi.integerArguments().get(0).name();
        String sched = abi.integerArguments().get(1).name();
        var loads = Code.loads(Gogo.emit(abi), buf);
        var stores = Code.stores(Mcall.emit(abi), sched);
        for (var register : abi.preservedGeneral()) {
            int offset = Gobuf.of(abi).offset(register);
            assertThat(loads).as("gogo").containsEntry(offset, register.name());
            assertThat(stores).as("mcall").containsEntry(offset, register.name());
        }
        for (var register : abi.preservedVectors()) {
            int offset = Gobuf.of(abi).offset(register);
            assertThat(loads).as("gogo").containsEntry(offset, register.name());
            assertThat(stores).as("mcall").containsEntry(offset, register.name());
        }
        int control = Gobuf.of(abi).mxcsrOffset();
        assertThat(Code.texts(Mcall.emit(abi)))
                .contains(
                        "stmxcsr dword ptr [%s + 0x%x]".formatted(sched, control),
                        "fnstcw word ptr [%s + 0x%x]".formatted(sched, control + 4));
        assertThat(Code.texts(Gogo.emit(abi)))
                .contains(
                        "ldmxcsr dword ptr [%s + 0x%x]".formatted(buf, control),
                        "fldcw word ptr [%s + 0x%x]".formatted(buf, control + 4));
    }
}
