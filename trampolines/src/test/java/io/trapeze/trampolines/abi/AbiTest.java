// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapeze.emitter.operand.Segment;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("An ABI description")
class AbiTest {
    private static final Abi SYSTEM_V = Abi.SYSTEM_V;
    private static final PreservedSet PRESERVED = SYSTEM_V.preserved();

    @Test
    @Tag("S3")
    void ofSystemVSaysWhatThePsAbiSays() {
        assertThat(SYSTEM_V.integerArguments()).containsExactly(rdi, rsi, rdx, rcx, r8, r9);
        assertThat(SYSTEM_V.arguments().vectors()).containsExactly(xmm0, xmm1, xmm2, xmm3, xmm4, xmm5, xmm6, xmm7);
        assertThat(SYSTEM_V.arguments().positional()).isFalse();
        assertThat(SYSTEM_V.results()).isEqualTo(new ResultRules(List.of(rax, rdx), List.of(xmm0, xmm1)));
        assertThat(SYSTEM_V.preservedGeneral()).containsExactly(rbx, r12, r13, r14, r15);
        assertThat(SYSTEM_V.preservesRbp()).isTrue();
        assertThat(SYSTEM_V.preservedVectors()).isEmpty();
        assertThat(SYSTEM_V.stack()).isEqualTo(new StackRules(16, 0, 128, 128));
        assertThat(SYSTEM_V.threadBlock()).isEmpty();
    }

    @Test
    @Tag("S4")
    void ofWin64SaysWhatMicrosoftSays() {
        Abi abi = Abi.WIN64;
        assertThat(abi.integerArguments()).containsExactly(rcx, rdx, r8, r9);
        assertThat(abi.arguments().positional()).isTrue();
        assertThat(abi.preservedGeneral()).containsExactlyInAnyOrder(rbx, rdi, rsi, r12, r13, r14, r15);
        assertThat(abi.preservesRbp()).isTrue();
        assertThat(abi.preservedVectors())
                .extracting(PreservedVector::name)
                .containsExactly("xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
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
        assertThat(List.of(SYSTEM_V, Abi.WIN64)).extracting(Abi::controlWords).containsOnly(ControlWords.PRESERVED);
    }

    @Test
    void isBuiltInForTenConventions() {
        assertThat(Abi.builtIn())
                .extracting(Abi::name)
                .containsExactly(
                        "sysv",
                        "win64",
                        "seed-sysv",
                        "seed-win64",
                        "go",
                        "preserve-all",
                        "preserve-none",
                        "stack-args",
                        "vectorcall",
                        "sysv-noredzone");
    }

    @Test
    void isFoundByItsName() {
        assertThat(Abi.builtIn("sysv")).contains(SYSTEM_V);
        assertThat(Abi.builtIn("win64")).contains(Abi.WIN64);
        assertThat(Abi.builtIn("SysV")).isEmpty();
    }

    @Test
    void tellsWhichRegistersCalleesPreserve() {
        assertThat(Stream.of(rsp, rbp, rbx)).allMatch(SYSTEM_V::preserves);
        assertThat(SYSTEM_V.preserves(rdi)).isFalse();
        assertThat(Abi.WIN64.preserves(rdi)).isTrue();
        assertThat(Abi.WIN64.preserves(xmm6)).isTrue();
        assertThat(Abi.WIN64.preserves(xmm5)).isFalse();
        assertThat(SYSTEM_V.with(PRESERVED.withMasks(k3)).preserves(k3)).isTrue();
    }

    @Test
    void makesVariantsOfItself() {
        Abi mine = SYSTEM_V.named("mine").preserving(r10, r12, r13, r14, r15);
        assertThat(mine.name()).isEqualTo("mine");
        assertThat(mine.preserves(r10)).isTrue();
        assertThat(mine.preserves(rbx)).isFalse();
        assertThat(mine.preservesRbp()).isTrue();
        assertThat(mine.named("sysv").preserving(rbx, r12, r13, r14, r15)).isEqualTo(SYSTEM_V);
        assertThat(SYSTEM_V.with(ThreadBlock.TEB).withoutThreadBlock()).isEqualTo(SYSTEM_V);
    }

    @Test
    @Tag("S11")
    void offersScratchRegistersThatNobodyNeeds() {
        assertThat(SYSTEM_V.scratch(3, 4)).containsExactly(rax, r8, r9);
        assertThat(SYSTEM_V.scratch(2, 6, rax)).containsExactly(r10, r11);
        assertThat(Abi.WIN64.scratch(3, 4)).containsExactly(rax, r10, r11);
        assertThat(SYSTEM_V.with(CallState.USUAL.withZero(r10))
                        .with(PinnedRegisters.NONE.withM(r11))
                        .scratch(1, 6))
                .containsExactly(rax);
        assertThatThrownBy(() -> Abi.WIN64.scratch(4, 4, r10))
                .isInstanceOf(AbiException.class)
                .hasMessage(
                        "preserved.general: ABI 'win64' leaves 2 of the 4 scratch registers that the code needs: every other"
                                + " register is preserved, pinned or kept zero, holds one of the first 4 arguments or is in use"
                                + " (r10); make 2 more general registers volatile");
    }

    /** Each contradiction, by what makes it and the message that it gets. */
    static Stream<Arguments> contradictions() {
        return Stream.of(
                refused("name: it is empty; listings", () -> SYSTEM_V.named(" ")),
                refused(
                        "arguments.integer: rbx is preserved as well, and a register cannot be both; drop it from one of the two"
                                + " lists, or say preserved.overlap = true",
                        () -> SYSTEM_V.passing(rdi, rbx)),
                refused("arguments.integer: rbp is preserved as well", () -> SYSTEM_V.passing(rbp)),
                refused("arguments.integer: rdi is listed twice; drop one", () -> SYSTEM_V.passing(rdi, rdi)),
                refused(
                        "arguments.vectors: xmm6 is preserved as well",
                        () -> Abi.WIN64.with(Abi.WIN64.arguments().withVectors(xmm6))),
                refused(
                        "arguments.vectors: xmm3 is listed twice",
                        () -> SYSTEM_V.arguments().withVectors(xmm3, xmm3)),
                refused("results.integer: it is empty, but systemstack returns", SYSTEM_V::returning),
                refused(
                        "results.integer: rbx is preserved as well, so it could carry no result; choose a volatile register",
                        () -> SYSTEM_V.returning(rbx)),
                refused("results.integer: rbp is preserved as well", () -> SYSTEM_V.returning(rbp)),
                refused("results.integer: rax is listed twice", () -> SYSTEM_V.returning(rax, rax)),
                refused(
                        "results.vectors: xmm15 is preserved as well",
                        () -> Abi.WIN64.with(Abi.WIN64.results().withVectors(xmm15))),
                refused(
                        "results.vectors: xmm1 is listed twice",
                        () -> SYSTEM_V.results().withVectors(xmm1, xmm1)),
                refused("preserved.general: r12 is listed twice", () -> SYSTEM_V.preserving(r12, r13, r12)),
                refused(
                        "preserved.general: rbp has a Gobuf field of its own, say preserved.rbp = true",
                        () -> SYSTEM_V.preserving(rbx, rbp)),
                refused(
                        "preserved.vectors: vector register 6 is listed twice",
                        () -> PRESERVED.withVectors(xmm6, ymm6)),
                refused(
                        "preserved.vectors: 80 bits of vector register 1: must be 64, 128, 256 or 512",
                        () -> new PreservedVector(1, 80)),
                refused("preserved.vectors: there is no vector register 32", () -> new PreservedVector(32, 128)),
                refused("preserved.masks: k1 is listed twice", () -> PRESERVED.withMasks(k1, k2, k1)),
                refused(
                        "pinned.m: r14 is pinned to g already, and a register holds one value; choose another",
                        () -> PinnedRegisters.NONE.withG(r14).withM(r14)),
                refused("pinned.g: rbp holds systemstack's way back", () -> PinnedRegisters.NONE.withG(rbp)),
                refused("pinned.m: rbp holds systemstack's way back", () -> PinnedRegisters.NONE.withM(rbp)),
                refused(
                        "pinned.g: r14 is preserved as well, but nobody may change it in the first place; drop it from"
                                + " preserved.general",
                        () -> SYSTEM_V.with(PinnedRegisters.NONE.withG(r14))),
                refused(
                        "pinned.g: rdi is in arguments.integer as well, and it holds one thing only; choose another",
                        () -> SYSTEM_V.with(PinnedRegisters.NONE.withG(rdi))),
                refused(
                        "pinned.m: rax is in results.integer as well",
                        () -> SYSTEM_V.with(PinnedRegisters.NONE.withM(rax))),
                refused("calls.zero: r10 is listed twice", () -> CallState.USUAL.withZero(r10, r10)),
                refused("calls.zero: rbp holds systemstack's way back", () -> CallState.USUAL.withZero(rbp)),
                refused(
                        "calls.zero: ymm1 cannot be kept zero; name a 64-bit general register or one of xmm0 to xmm15",
                        () -> CallState.USUAL.withZero(ymm1)),
                refused("calls.zero: xmm16 cannot be kept zero", () -> CallState.USUAL.withZero(xmm16)),
                refused("calls.zero: k1 cannot be kept zero", () -> CallState.USUAL.withZero(k1)),
                refused(
                        "calls.zero: rbx is preserved as well, but what is always zero",
                        () -> SYSTEM_V.with(CallState.USUAL.withZero(rbx))),
                refused("calls.zero: xmm6 is preserved as well", () -> Abi.WIN64.with(CallState.USUAL.withZero(xmm6))),
                refused(
                        "calls.zero: xmm7 is in arguments.vectors as well, so it cannot be zero at calls",
                        () -> SYSTEM_V.with(CallState.USUAL.withZero(xmm7))),
                refused(
                        "calls.zero: rax is in results.integer as well",
                        () -> SYSTEM_V.with(CallState.USUAL.withZero(rax))),
                refused(
                        "calls.zero: r11 is in pinned.m as well",
                        () -> SYSTEM_V.with(PinnedRegisters.NONE.withM(r11)).with(CallState.USUAL.withZero(r11))),
                refused(
                        "growth.guard = 16: the limit is found through the goroutine, but no register is pinned to it; set"
                                + " pinned.g",
                        () -> SYSTEM_V.with(new GrowthCheck.Guard(16))),
                refused("growth.guard = 12: must be a multiple of 8", () -> new GrowthCheck.Guard(12)),
                refused("growth.guard = -8: must be a multiple of 8", () -> new GrowthCheck.Guard(-8)),
                refused("growth.probe = 4000: must be a power of two", () -> new GrowthCheck.Probe(4000)),
                refused("growth.probe = 128: must be a power of two from 256", () -> new GrowthCheck.Probe(128)),
                refused("growth.probe = 131072: must be a power of two", () -> new GrowthCheck.Probe(131_072)),
                refused(
                        "thread.segment: a thread block is found through fs or gs; name one of them",
                        () -> new ThreadBlock(Segment.NONE, List.of(new ThreadBlock.Field("low", 8)))),
                refused(
                        "thread.stack_bounds: there is a thread block, but no field of it",
                        () -> new ThreadBlock(Segment.FS, List.of())),
                refused(
                        "thread.stack_bounds: two fields at offset 8, the second is again; drop one of them",
                        () -> new ThreadBlock(
                                Segment.FS,
                                List.of(new ThreadBlock.Field("low", 8), new ThreadBlock.Field("again", 8)))),
                refused(
                        "thread.stack_bounds: low is listed twice",
                        () -> new ThreadBlock(
                                Segment.FS,
                                List.of(new ThreadBlock.Field("low", 8), new ThreadBlock.Field("low", 16)))),
                refused(
                        "thread.stack_bounds: odd at offset 12: must be a multiple of 8, not negative",
                        () -> new ThreadBlock.Field("odd", 12)),
                refused("thread.stack_bounds: below at offset -8", () -> new ThreadBlock.Field("below", -8)));
    }

    private static Arguments refused(String message, Supplier<?> description) {
        return Arguments.of(message, (ThrowingCallable) description::get);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("contradictions")
    void isRefusedWhenItContradictsItself(String message, ThrowingCallable description) {
        assertThatThrownBy(description)
                .isInstanceOf(AbiException.class)
                .hasMessageStartingWith(message)
                .satisfies(e -> assertThat(message)
                        .startsWith(((AbiException) e).field().path()));
    }

    @Test
    void mayHaveArgumentsAndResultsThatComeBack() {
        Abi abi = SYSTEM_V.with(PRESERVED.withOverlap(true).withGeneral(rbx, rdi, rax));
        assertThat(abi.preserves(rdi)).isTrue();
        assertThat(abi.integerArguments()).contains(rdi);
        assertThat(abi.result()).isEqualTo(rax);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            4  | 0   | 0   | 0   | stack.alignment = 4: must be a power of two: 8, 16, 32 or 64
            24 | 0   | 0   | 0   | stack.alignment = 24: must be a power of two: 8, 16, 32 or 64
            128| 0   | 0   | 0   | stack.alignment = 128: must be a power of two: 8, 16, 32 or 64
            0  | 0   | 0   | 0   | stack.alignment = 0: must be a power of two: 8, 16, 32 or 64
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
    void ofWin64WalksStacksByMachineFramesAndSkipsRoomForOne() {
        assertThat(Abi.WIN64.stack().machineFrames()).isTrue();
        assertThat(SYSTEM_V.stack().machineFrames()).isFalse();
        assertThatThrownBy(() -> new StackRules(16, 32, 128, 144).withMachineFrames(true))
                .isInstanceOf(AbiException.class)
                .hasMessageContaining("must be at least 152 where walks need machine frames");
    }

    @Test
    void namesVectorsByTheirWidth() {
        for (PreservedVector vector : List.of(
                new PreservedVector(6, 64),
                new PreservedVector(6, 128),
                new PreservedVector(17, 256),
                new PreservedVector(31, 512))) {
            assertThat(PreservedVector.named(vector.name())).contains(vector);
        }
        assertThat(new PreservedVector(6, 64)).hasToString("xmm6/64");
        assertThat(PreservedVector.of(zmm31)).isEqualTo(new PreservedVector(31, 512));
        assertThat(List.of("xmm32", "mm1", "ymm1/64", "xmm01", "xmm", "rax"))
                .allMatch(name -> PreservedVector.named(name).isEmpty());
    }

    @Test
    void findsItsFieldsByTheirPaths() {
        for (AbiField field : AbiField.values()) {
            assertThat(AbiField.at(field.path())).contains(field);
            assertThat(field.path()).matches("name|[a-z]+\\.[a-z_0-9]+");
        }
        assertThat(AbiField.at("stack.height")).isEqualTo(Optional.empty());
        assertThat(AbiField.PRESERVED_GENERAL.of(rbx)).isEqualTo("preserved.general: rbx");
        assertThat(AbiField.STACK_SHADOW.is(32)).isEqualTo("stack.shadow = 32");
    }
}
