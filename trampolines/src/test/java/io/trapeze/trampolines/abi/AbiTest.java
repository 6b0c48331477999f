// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Segment;
import io.trapeze.emitter.operand.Xmm;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("An ABI description")
class AbiTest {
    private static Abi abi(List<IndexReg> arguments, IndexReg result, List<IndexReg> preserved, List<Xmm> vectors) {
        return new Abi(
                "mine",
                arguments,
                result,
                preserved,
                true,
                vectors,
                ControlWords.PRESERVED,
                new StackRules(16, 0, 128, 128),
                Optional.empty());
    }

    @Test
    @Tag("S3")
    void ofSystemVSaysWhatThePsAbiSays() {
        Abi abi = Abi.SYSTEM_V;
        assertThat(abi.integerArguments()).containsExactly(rdi, rsi, rdx, rcx, r8, r9);
        assertThat(abi.preservedGeneral()).containsExactly(rbx, r12, r13, r14, r15);
        assertThat(abi.preservesRbp()).isTrue();
        assertThat(abi.preservedVectors()).isEmpty();
        assertThat(abi.stack()).isEqualTo(new StackRules(16, 0, 128, 128));
        assertThat(abi.threadBlock()).isEmpty();
    }

    @Test
    @Tag("S4")
    void ofWin64SaysWhatMicrosoftSays() {
        Abi abi = Abi.WIN64;
        assertThat(abi.integerArguments()).containsExactly(rcx, rdx, r8, r9);
        assertThat(abi.preservedGeneral()).containsExactlyInAnyOrder(rbx, rdi, rsi, r12, r13, r14, r15);
        assertThat(abi.preservesRbp()).isTrue();
        assertThat(abi.preservedVectors())
                .containsExactly(xmm6, xmm7, xmm8, xmm9, xmm10, xmm11, xmm12, xmm13, xmm14, xmm15);
        assertThat(abi.stack().shadow()).isEqualTo(32);
        assertThat(abi.stack().redZone()).isZero();
        assertThat(abi.threadBlock().orElseThrow().fields())
                .containsExactly(
                        new ThreadBlock.Field("StackBase", 0x08),
                        new ThreadBlock.Field("StackLimit", 0x10),
                        new ThreadBlock.Field("DeallocationStack", 0x1478),
                        new ThreadBlock.Field("GuaranteedStackBytes", 0x1748));
    }

    @Test
    @Tag("Sf")
    void ofBothKeepsTheControlWords() {
        assertThat(Abi.builtIn()).extracting(Abi::controlWords).containsOnly(ControlWords.PRESERVED);
    }

    @Test
    void isFoundByItsName() {
        assertThat(Abi.named("sysv")).contains(Abi.SYSTEM_V);
        assertThat(Abi.named("win64")).contains(Abi.WIN64);
        assertThat(Abi.named("SysV")).isEmpty();
    }

    @Test
    void tellsWhichRegistersCalleesPreserve() {
        assertThat(Abi.SYSTEM_V.preserves(rsp)).isTrue();
        assertThat(Abi.SYSTEM_V.preserves(rbp)).isTrue();
        assertThat(Abi.SYSTEM_V.preserves(rbx)).isTrue();
        assertThat(Abi.SYSTEM_V.preserves(rdi)).isFalse();
        assertThat(Abi.WIN64.preserves(rdi)).isTrue();
    }

    @Test
    @Tag("S11")
    void offersScratchRegistersThatNobodyNeeds() {
        assertThat(Abi.SYSTEM_V.scratch(3, 4)).containsExactly(rax, r8, r9);
        assertThat(Abi.SYSTEM_V.scratch(2, 6, rax)).containsExactly(r10, r11);
        assertThat(Abi.WIN64.scratch(3, 4)).containsExactly(rax, r10, r11);
        assertThatThrownBy(() -> Abi.WIN64.scratch(4, 4, r10))
                .isInstanceOf(AbiException.class)
                .hasMessage(
                        "ABI 'win64' leaves 2 of the 4 scratch registers that the code needs: every other register is"
                                + " preserved, holds one of the first 4 arguments or is in use (r10); make 2 more general registers"
                                + " volatile");
    }

    @Test
    void isRefusedWhenARegisterIsBothArgumentAndPreserved() {
        assertThatThrownBy(() -> abi(List.of(rdi, rbx), rax, List.of(rbx), List.of()))
                .isInstanceOf(AbiException.class)
                .hasMessage(
                        "arguments.integer: rbx is preserved as well, and a register cannot be both; drop it from one of"
                                + " the two lists");
        assertThatThrownBy(() -> abi(List.of(rbp), rax, List.of(), List.of()))
                .hasMessageStartingWith("arguments.integer: rbp is preserved as well");
    }

    @Test
    void isRefusedWhenARegisterIsListedTwice() {
        assertThatThrownBy(() -> abi(List.of(rdi, rdi), rax, List.of(), List.of()))
                .isInstanceOf(AbiException.class)
                .hasMessage("arguments.integer: rdi is listed twice");
        assertThatThrownBy(() -> abi(List.of(), rax, List.of(r12, r13, r12), List.of()))
                .hasMessage("preserved.general: r12 is listed twice");
        assertThatThrownBy(() -> abi(List.of(), rax, List.of(), List.of(xmm6, xmm6)))
                .hasMessage("preserved.vectors: xmm6 is listed twice");
    }

    @Test
    void isRefusedWhenTheResultCouldNotComeBack() {
        assertThatThrownBy(() -> abi(List.of(), rbx, List.of(rbx), List.of()))
                .hasMessage(
                        "result: rbx is preserved as well, so it could carry no result; choose a volatile register");
        assertThatThrownBy(() -> abi(List.of(), rbp, List.of(), List.of()))
                .hasMessageStartingWith("result: rbp is preserved as well");
    }

    @Test
    void isRefusedWhenRbpIsListedAmongTheOthers() {
        assertThatThrownBy(() -> abi(List.of(), rax, List.of(rbx, rbp), List.of()))
                .hasMessage("preserved.general: rbp has a Gobuf field of its own, say preserved.rbp = true");
    }

    @Test
    void isRefusedWhenAVectorExistsOnlyWithAvx512() {
        assertThatThrownBy(() -> abi(List.of(), rax, List.of(), List.of(xmm16)))
                .hasMessage("preserved.vectors: xmm16 exists only with AVX-512; use xmm0 to xmm15");
    }

    @Test
    void isRefusedWithoutAName() {
        assertThatThrownBy(() -> new Abi(
                        " ",
                        List.of(),
                        rax,
                        List.of(),
                        true,
                        List.of(),
                        ControlWords.VOLATILE,
                        new StackRules(16, 0, 0, 0),
                        Optional.empty()))
                .isInstanceOf(AbiException.class)
                .hasMessageStartingWith("name: it is empty");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            8  | 0   | 0   | 0   | stack.alignment = 8: must be 16, 32 or 64
            24 | 0   | 0   | 0   | stack.alignment = 24: must be 16, 32 or 64
            128| 0   | 0   | 0   | stack.alignment = 128: must be 16, 32 or 64
            0  | 0   | 0   | 0   | stack.alignment = 0: must be 16, 32 or 64
            16 | 4   | 0   | 0   | stack.shadow = 4: must be a multiple of 8 in 0 … 128
            16 | -8  | 0   | 0   | stack.shadow = -8: must be a multiple of 8 in 0 … 128
            16 | 136 | 0   | 0   | stack.shadow = 136: must be a multiple of 8 in 0 … 128
            16 | 0   | 12  | 16  | stack.red_zone = 12: must be a multiple of 8 in 0 … 256
            16 | 0   | 264 | 264 | stack.red_zone = 264: must be a multiple of 8 in 0 … 256
            16 | 0   | 128 | 120 | stack.interrupt_skip = 120: must be a multiple of 8, at least the red zone (128) and at most 256
            16 | 0   | 0   | 4   | stack.interrupt_skip = 4: must be a multiple of 8, at least the red zone (0) and at most 256
            16 | 0   | 0   | 264 | stack.interrupt_skip = 264: must be a multiple of 8, at least the red zone (0) and at most 256
            """)
    void isRefusedWhenItsStackRulesAreImpossible(int alignment, int shadow, int redZone, int skip, String message) {
        assertThatThrownBy(() -> new StackRules(alignment, shadow, redZone, skip))
                .isInstanceOf(AbiException.class)
                .hasMessage(message);
    }

    @Test
    void roundsSizesUpToItsAlignment() {
        StackRules rules = new StackRules(32, 0, 0, 0);
        assertThat(rules.aligned(0)).isZero();
        assertThat(rules.aligned(1)).isEqualTo(32);
        assertThat(rules.aligned(32)).isEqualTo(32);
        assertThat(rules.aligned(33)).isEqualTo(64);
    }

    @Test
    void isRefusedWhenItsThreadBlockCannotBeFoundOrRead() {
        var field = new ThreadBlock.Field("low", 8);
        assertThatThrownBy(() -> new ThreadBlock(Segment.NONE, List.of(field)))
                .isInstanceOf(AbiException.class)
                .hasMessage("thread.segment: a thread block is found through fs or gs; name one of them");
        assertThatThrownBy(() -> new ThreadBlock(Segment.FS, List.of(field, new ThreadBlock.Field("again", 8))))
                .hasMessage("thread.stack_bounds: two fields at offset 8, the second is again; drop one of them");
        assertThatThrownBy(() -> new ThreadBlock.Field("odd", 12))
                .hasMessage("thread.stack_bounds: odd at offset 12: must be a multiple of 8, not negative");
        assertThatThrownBy(() -> new ThreadBlock.Field("below", -8)).isInstanceOf(AbiException.class);
    }

    @Test
    void ofWin64WalksStacksByMachineFramesAndSkipsRoomForOne() {
        assertThat(Abi.WIN64.stack().machineFrames()).isTrue();
        assertThat(Abi.SYSTEM_V.stack().machineFrames()).isFalse();
        assertThatThrownBy(() -> new StackRules(16, 32, 128, 144, true))
                .isInstanceOf(AbiException.class)
                .hasMessageContaining("must be at least 152 where walks need machine frames");
    }
}
