// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Registers.r11;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Relocation;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.BuiltInAbis;
import io.trapeze.trampolines.abi.CallState;
import io.trapeze.trampolines.abi.PinnedRegisters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("async_preempt")
class AsyncPreemptTest {
    private static final List<String> ASCENDING = List.of(
            "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rbp");

    private static List<String> systemV(SaveSet saveSet) {
        return Code.texts(AsyncPreempt.emit(Abi.SYSTEM_V, saveSet));
    }

    @ParameterizedTest
    @EnumSource
    @Tag("S43")
    void savesTheFlagsFirstAndThenClearsThemForTheCallee(SaveSet saveSet) {
        assertThat(systemV(saveSet)).startsWith("pushf", "push 0x0", "popf").containsSequence("popf", "ret 0x80");
    }

    @ParameterizedTest
    @EnumSource
    @Tag("S44")
    @Tag("S52")
    void savesAllGeneralRegistersSoThatRaxIsLowestAndRbpHighest(SaveSet saveSet) {
        List<String> descending = new ArrayList<>(ASCENDING);
        Collections.reverse(descending);
        assertThat(systemV(saveSet).stream().filter(t -> t.startsWith("push r")).limit(15))
                .containsExactlyElementsOf(
                        descending.stream().map(r -> "push " + r).toList());
        assertThat(Code.texts(AsyncPreempt.emit(Abi.SYSTEM_V, saveSet), t -> t.startsWith("pop r")))
                .containsExactlyElementsOf(
                        ASCENDING.stream().map(r -> "pop " + r).toList());
    }

    @Test
    @Tag("S45")
    void ofTheSseSetSavesSixteenWholeVectorsIn264Bytes() {
        List<String> texts = systemV(SaveSet.SSE);
        assertThat(texts).contains("sub rsp, 0x108", "add rsp, 0x108");
        for (int i = 0; i < 16; i++) {
            String slot = "xmmword ptr [rsp" + (i == 0 ? "" : " + 0x%x".formatted(16 * i)) + "]";
            assertThat(texts).contains("movdqu " + slot + ", xmm" + i, "movdqu xmm" + i + ", " + slot);
        }
    }

    @Test
    @Tag("Sf")
    void ofTheWiderSetsSavesAllThatTheyName() {
        assertThat(Code.vectorsNamed(AsyncPreempt.emit(Abi.SYSTEM_V, SaveSet.AVX)))
                .hasSize(16)
                .allMatch(v -> v.startsWith("ymm"));
        assertThat(Code.vectorsNamed(AsyncPreempt.emit(Abi.SYSTEM_V, SaveSet.AVX512)))
                .hasSize(32)
                .allMatch(v -> v.startsWith("zmm"));
        assertThat(systemV(SaveSet.AVX512).stream().filter(t -> t.startsWith("kmovq qword ptr")))
                .hasSize(8);
        assertThat(systemV(SaveSet.AVX512).stream().filter(t -> t.matches("kmovq k[0-7], qword ptr.*")))
                .hasSize(8);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("Sf")
    void keepsBothControlWordsInThePadding(SaveSet saveSet) {
        int slot = new PreemptFrame(saveSet).controlWords();
        assertThat(systemV(saveSet))
                .containsSubsequence(
                        "stmxcsr dword ptr [rsp + 0x%x]".formatted(slot),
                        "fnstcw word ptr [rsp + 0x%x]".formatted(slot + 4),
                        "call async_preempt2",
                        "ldmxcsr dword ptr [rsp + 0x%x]".formatted(slot),
                        "fldcw word ptr [rsp + 0x%x]".formatted(slot + 4));
    }

    @Test
    @Tag("S5")
    @Tag("S47")
    @Tag("S49")
    @Tag("S50")
    @Tag("Sb")
    void keepsTheFrameAboveTheShadowSpaceOfAnAlignedCall() {
        assertThat(systemV(SaveSet.SSE))
                .containsSequence(
                        "mov rbx, rsp",
                        "and rsp, 0xfffffffffffffff0",
                        "push rbx",
                        "sub rsp, 0x8",
                        "call async_preempt2",
                        "mov rsp, qword ptr [rsp + 0x8]");
        assertThat(Code.texts(AsyncPreempt.emit(Abi.WIN64, SaveSet.SSE)))
                .containsSequence(
                        "mov rbx, rsp",
                        "and rsp, 0xfffffffffffffff0",
                        "push rbx",
                        "sub rsp, 0x28",
                        "call async_preempt2",
                        "mov rsp, qword ptr [rsp + 0x28]");
    }

    @ParameterizedTest
    @MethodSource("io.trapeze.trampolines.Code#abis")
    @Tag("S48")
    void callsAsyncPreempt2WhereverItIs(Abi abi) {
        CodeBlob blob = AsyncPreempt.emit(abi, SaveSet.SSE);
        assertThat(blob.relocations()).extracting(Relocation::symbol).containsExactly("async_preempt2");
    }

    @ParameterizedTest
    @MethodSource("io.trapeze.trampolines.Code#systems")
    @Tag("S40")
    @Tag("S51")
    void undoesTheDisplacementExactly(Abi abi) {
        assertThat(Code.texts(AsyncPreempt.emit(abi, SaveSet.SSE))).endsWith("popf", "ret 0x80");
        assertThat(abi.stack().interruptSkip()).isEqualTo(128);
    }

    @Test
    @Tag("S50")
    void isTheSameForBothAbisButForTheShadowSpace() {
        List<String> win64 = new ArrayList<>(Code.texts(AsyncPreempt.emit(Abi.WIN64, SaveSet.SSE)));
        Collections.replaceAll(win64, "sub rsp, 0x28", "sub rsp, 0x8");
        Collections.replaceAll(win64, "mov rsp, qword ptr [rsp + 0x28]", "mov rsp, qword ptr [rsp + 0x8]");
        assertThat(win64).isEqualTo(systemV(SaveSet.SSE));
    }

    @ParameterizedTest
    @EnumSource(names = ".*X87", mode = EnumSource.Mode.MATCH_ANY)
    @Tag("Sf")
    void savesTheX87RegistersWhereItIsTold(SaveSet saveSet) {
        PreemptFrame frame = new PreemptFrame(saveSet);
        assertThat(frame.controlWords() - frame.x87State()).isEqualTo(112);
        assertThat(systemV(saveSet))
                .containsSubsequence(
                        "fnsave [rsp + 0x%x]".formatted(frame.x87State()),
                        "call async_preempt2",
                        "frstor [rsp + 0x%x]".formatted(frame.x87State()));
        assertThat(systemV(SaveSet.AVX512)).noneMatch(t -> t.startsWith("fnsave"));
    }

    @Test
    void leavesTheDirectionFlagToTheCalleeWhereTheAbiDoes() {
        Abi abi = Abi.SYSTEM_V.with(CallState.USUAL.withDirectionFlag(CallState.DirectionFlag.UNSPECIFIED));
        assertThat(Code.texts(AsyncPreempt.emit(abi, SaveSet.SSE)))
                .startsWith("pushf", "pushf", "and qword ptr [rsp], 0xfffffffffffbffff", "popf");
    }

    @Test
    void bringsBackAllButTheRegisterOfTheCarrier() {
        Abi abi = Abi.SYSTEM_V.with(PinnedRegisters.NONE.withM(r11));
        assertThat(Code.texts(AsyncPreempt.emit(abi, SaveSet.SSE)))
                .containsSequence("pop r10", "add rsp, 0x8", "pop r12")
                .doesNotContain("pop r11");
    }

    @Test
    void zeroesBeforeTheCallWhatHasToBeZeroThere() {
        assertThat(Code.texts(AsyncPreempt.emit(BuiltInAbis.GO, SaveSet.SSE)))
                .containsSequence("xorps xmm15, xmm15", "call async_preempt2");
    }

    @Test
    void tellsHowMuchStackItTakes() {
        // skipped 128, resume address 8, frame 392, alignment 15, frame's address and padding 16 or 48, return address
        // 8
        assertThat(AsyncPreempt.stackBytes(Abi.SYSTEM_V, SaveSet.SSE)).isEqualTo(128 + 8 + 392 + 15 + 16 + 8);
        assertThat(AsyncPreempt.stackBytes(Abi.WIN64, SaveSet.SSE)).isEqualTo(128 + 8 + 392 + 15 + 48 + 8);
    }
}
