// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.trampolines.abi.Abi;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("mcall")
class McallTest {
    private final CodeBlob systemV = Mcall.emit(Abi.SYSTEM_V);
    private final CodeBlob win64 = Mcall.emit(Abi.WIN64);

    @Test
    @Tag("S19")
    void ofSystemVTakesItsArgumentsInRdiRsiRdxRcx() {
        assertThat(Code.texts(systemV))
                .contains("mov qword ptr [rsi + 0x10], rdi", "mov rsp, qword ptr [rdx]", "call rcx");
    }

    @Test
    @Tag("S20")
    void ofWin64TakesItsArgumentsInRcxRdxR8R9() {
        assertThat(Code.texts(win64)).contains("mov qword ptr [rdx + 0x10], rcx", "mov rsp, qword ptr [r8]", "call r9");
    }

    @Test
    @Tag("S21")
    void savesTheReturnAddressAndTheStackPointerBehindIt() {
        assertThat(Code.texts(systemV))
                .startsWith(
                        "mov rax, qword ptr [rsp]",
                        "mov qword ptr [rsi + 0x8], rax",
                        "lea rax, [rsp + 0x8]",
                        "mov qword ptr [rsi], rax");
        assertThat(Code.texts(win64))
                .startsWith(
                        "mov rax, qword ptr [rsp]",
                        "mov qword ptr [rdx + 0x8], rax",
                        "lea rax, [rsp + 0x8]",
                        "mov qword ptr [rdx], rax");
    }

    @Test
    @Tag("S22")
    @Tag("S24")
    void ofSystemVFillsTheSlotsInOrderAndBpApart() {
        assertThat(Code.stores(systemV, "rsi"))
                .containsExactly(
                        entry(8, "rax"),
                        entry(0, "rax"),
                        entry(48, "rbp"),
                        entry(56, "rbx"),
                        entry(64, "r12"),
                        entry(72, "r13"),
                        entry(80, "r14"),
                        entry(88, "r15"),
                        entry(16, "rdi"));
    }

    @Test
    @Tag("S23")
    void ofWin64PutsVectorsBehindTheGeneralRegistersAndExpectsNoAlignment() {
        Map<Integer, String> stores = Code.stores(win64, "rdx");
        assertThat(stores).containsEntry(104, "r15");
        for (int i = 6; i < 16; i++) {
            assertThat(stores).containsEntry(112 + 16 * (i - 6), "xmm" + i);
        }
        assertThat(Code.texts(win64)).noneMatch(t -> t.startsWith("movdqa") || t.startsWith("movaps"));
    }

    @ParameterizedTest
    @MethodSource("io.trapeze.trampolines.Code#abis")
    @Tag("S25")
    void callsFnOnG0sStackWithTheGoroutine(Abi abi) {
        Scene scene = new Scene(abi, 25);
        scene.enter(Scene.G, Scene.SCHED, Scene.G0_GOBUF, Scene.FUNCTION);
        long g0rbp = scene.memory.read8(Scene.G0_GOBUF + Gobuf.BP);
        scene.processor.run(Mcall.emit(abi), inside -> {
            assertThat(scene.firstArgument()).isEqualTo(Scene.G);
            assertThat(inside.rsp()).isBetween(Scene.G0_STACK_TOP - 256, Scene.G0_STACK_TOP - 8);
            assertThat(inside.general[5]).as("rbp").isEqualTo(g0rbp);
        });
        assertThat(scene.processor.calls.get(0).target()).isEqualTo(Scene.FUNCTION);
    }

    @ParameterizedTest
    @MethodSource("io.trapeze.trampolines.Code#abis")
    @Tag("S26")
    void trapsIfFnReturns(Abi abi) {
        List<String> texts = Code.texts(Mcall.emit(abi));
        assertThat(texts.get(texts.size() - 2)).startsWith("call ");
        assertThat(texts).endsWith("ud2").doesNotContain("ret");
    }

    @ParameterizedTest
    @MethodSource("io.trapeze.trampolines.Code#abis")
    @Tag("S5")
    @Tag("S6")
    void callsAlignedWithShadowSpaceBelowG0sTop(Abi abi) {
        for (int misalignment = 0; misalignment < 16; misalignment++) {
            Scene scene = new Scene(abi, misalignment);
            long g0sp = Scene.G0_STACK_TOP - misalignment;
            scene.memory.set8(Scene.G0_GOBUF + Gobuf.SP, g0sp);
            scene.enter(Scene.G, Scene.SCHED, Scene.G0_GOBUF, Scene.FUNCTION);
            scene.processor.run(Mcall.emit(abi), inside -> {});
            scene.assertCallIsFit(g0sp);
            scene.assertWritesStayWithin(scene.entry, g0sp);
        }
    }

    @Test
    @Tag("S6")
    void ofWin64ReservesThirtyTwoBytesForTheCallee() {
        assertThat(Code.texts(win64)).containsSequence("and rsp, 0xfffffffffffffff0", "sub rsp, 0x20", "call r9");
        assertThat(Code.texts(systemV)).containsSequence("and rsp, 0xfffffffffffffff0", "call rcx");
    }

    @Test
    @Tag("S18")
    void ofWin64ChangesTheStackBoundsBeforeItLeavesTheGoroutine() {
        Scene scene = new Scene(Abi.WIN64, 18);
        List<Long> bounds = scene.bounds();
        scene.enter(Scene.G, Scene.SCHED, Scene.G0_GOBUF, Scene.FUNCTION);
        scene.processor.run(win64, inside -> {});
        assertThat(scene.bounds(Scene.SCHED)).as("saved").isEqualTo(bounds);
        assertThat(scene.bounds()).as("g0's").isEqualTo(scene.bounds(Scene.G0_GOBUF));
        scene.assertBoundsWereSetBeforeRspMovedTo(Scene.G0_STACK_TOP - Scene.stackBytes(), Scene.G0_STACK_TOP);
    }
}
