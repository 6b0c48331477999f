// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import io.trapeze.trampolines.abi.PreservedSet;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("systemstack")
class SystemStackTest {
    private final CodeBlob systemV = SystemStack.emit(Abi.SYSTEM_V);
    private final CodeBlob win64 = SystemStack.emit(Abi.WIN64);

    @Test
    @Tag("S30")
    void ofSystemVTakesG0sStackInRdiTheArgumentInRsiTheThunkInRdx() {
        assertThat(Code.texts(systemV)).containsSubsequence("mov rsp, rdi", "mov rdi, rsi", "call rdx");
    }

    @Test
    @Tag("S31")
    void ofWin64TakesG0sStackInRcxTheArgumentInRdxTheThunkInR8() {
        assertThat(Code.texts(win64)).containsSubsequence("mov rsp, rcx", "mov rcx, rdx", "call r8");
    }

    @ParameterizedTest
    @MethodSource("io.trapeze.trampolines.Code#abis")
    @Tag("S5")
    @Tag("S6")
    @Tag("S32")
    void alignsG0sStackWhateverWasPassed(Abi abi) {
        for (int misalignment = 0; misalignment < 16; misalignment++) {
            Scene scene = new Scene(abi, misalignment);
            long g0sp = Scene.G0_STACK_TOP - misalignment;
            scene.enter(g0sp, 7, Scene.FUNCTION, Scene.G0_GOBUF);
            scene.processor.run(SystemStack.emit(abi), scene::callee);
            scene.assertCallIsFit(g0sp);
            scene.assertWritesStayWithin(scene.entry, g0sp);
        }
    }

    @ParameterizedTest
    @MethodSource("io.trapeze.trampolines.Code#abis")
    @Tag("S33")
    void comesBackWithTheResultAndWithRspAndRbpAsTheyWere(Abi abi) {
        Scene scene = new Scene(abi, 33);
        scene.enter(Scene.G0_STACK_TOP, 7, Scene.FUNCTION, Scene.G0_GOBUF);
        long rbpBefore = scene.general(rbp);
        var stop = scene.processor.run(SystemStack.emit(abi), inside -> {
            assertThat(scene.firstArgument()).isEqualTo(7);
            scene.callee(inside);
            inside.general[0] = 42;
        });
        assertThat(stop).isEqualTo(new Processor.Stop(Processor.End.RETURNED, Scene.RETURN_ADDRESS));
        assertThat(scene.processor.rsp()).isEqualTo(scene.entry + 8);
        assertThat(scene.general(rbp)).isEqualTo(rbpBefore);
        assertThat(scene.general(rax)).isEqualTo(42);
    }

    @ParameterizedTest
    @MethodSource("io.trapeze.trampolines.Code#abis")
    @Tag("S33")
    void findsItsWayBackEvenIfTheThunkForgetsRbp(Abi abi) {
        Scene scene = new Scene(abi, 34);
        scene.enter(Scene.G0_STACK_TOP, 7, Scene.FUNCTION, Scene.G0_GOBUF);
        long rbpBefore = scene.general(rbp);
        scene.processor.run(SystemStack.emit(abi), inside -> {
            scene.callee(inside);
            inside.general[5] = 0xBAD;
        });
        assertThat(scene.general(rbp)).isEqualTo(rbpBefore);
        assertThat(scene.processor.rsp()).isEqualTo(scene.entry + 8);
    }

    @ParameterizedTest
    @MethodSource("io.trapeze.trampolines.Code#abis")
    @Tag("S37")
    void leavesTheGoroutinesFramesAlone(Abi abi) {
        Scene scene = new Scene(abi, 37);
        scene.enter(Scene.G0_STACK_TOP, Scene.STACK_TOP - 64, Scene.FUNCTION, Scene.G0_GOBUF);
        byte[] before = scene.memory.read(scene.entry, (int) (Scene.STACK_TOP - scene.entry));
        scene.processor.run(SystemStack.emit(abi), scene::callee);
        assertThat(scene.memory.read(scene.entry, before.length)).isEqualTo(before);
    }

    @Test
    @Tag("Sg")
    void ofWin64SwapsTheStackBoundsBothWays() {
        Scene scene = new Scene(Abi.WIN64, 7);
        List<Long> bounds = scene.bounds();
        scene.enter(Scene.G0_STACK_TOP, 7, Scene.FUNCTION, Scene.G0_GOBUF);
        scene.processor.run(win64, inside -> {
            assertThat(scene.bounds()).as("in the thunk").isEqualTo(scene.bounds(Scene.G0_GOBUF));
            scene.callee(inside);
        });
        assertThat(scene.bounds()).as("afterwards").isEqualTo(bounds);
        scene.assertBoundsWereSetBeforeRspMovedTo(Scene.G0_STACK_TOP - Scene.stackBytes(), Scene.G0_STACK_TOP);
        List<String> texts = Code.texts(win64);
        assertThat(texts.lastIndexOf("mov qword ptr gs:[0x1748], rcx"))
                .as("the last bound is the goroutine's again before RSP is")
                .isPositive()
                .isLessThan(texts.indexOf("mov rsp, rbp"));
    }

    @Test
    void readsStackedArgumentsBeforeItMovesTheStack() {
        Abi onTheStack = Abi.SYSTEM_V
                .named("onTheStack")
                .passing(rdi, rsi)
                .with(Abi.SYSTEM_V.stack().withShadow(32))
                .with(ThreadBlock.TEB);
        Scene scene = new Scene(onTheStack, 5);
        scene.enter(Scene.G0_STACK_TOP, 7, Scene.FUNCTION, Scene.G0_GOBUF);
        scene.processor.run(SystemStack.emit(onTheStack), scene::callee);
        assertThat(scene.processor.calls.get(0).target()).isEqualTo(Scene.FUNCTION);
    }

    @Test
    void isRefusedWhenTheAbiPassesArgumentsOrResultsInRbp() {
        Abi argument = withoutFramePointer(rax, rdi, rbp);
        assertThatThrownBy(() -> SystemStack.emit(argument))
                .isInstanceOf(AbiException.class)
                .hasMessageContaining("rbp carries argument 2 of ABI 'odd'")
                .hasMessageContaining("pass that argument in another register");
        Abi result = withoutFramePointer(rbp, rdi);
        assertThatThrownBy(() -> SystemStack.emit(result))
                .isInstanceOf(AbiException.class)
                .hasMessageContaining("in rbp, where ABI 'odd' returns results; choose another register");
        assertThat(Gogo.emit(argument).size()).isPositive();
        assertThat(Mcall.emit(argument).size()).isPositive();
    }

    private static Abi withoutFramePointer(IndexReg result, IndexReg... arguments) {
        return Abi.SYSTEM_V
                .named("odd")
                .with(PreservedSet.NONE.withGeneral(rbx))
                .passing(arguments)
                .returning(result);
    }
}
