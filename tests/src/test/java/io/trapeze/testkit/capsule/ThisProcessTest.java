// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.operand.Segment;
import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.host.Host;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.Platform;
import io.trapeze.runtime.os.UnsupportedHostException;
import io.trapeze.testkit.check.Check;
import io.trapeze.testkit.check.Subject;
import io.trapeze.testkit.check.Switching;
import io.trapeze.testkit.check.Verdict;
import io.trapeze.testkit.sequence.CallSequences;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Right code cannot crash this process, and the wrong code here only forgets something. */
@DisplayName("Code that is checked in this process")
class ThisProcessTest {
    private static final int ARCH_PRCTL = 158;
    private static final int ARCH_SET_GS = 0x1001;
    private static final int TRIES = 60;

    @BeforeAll
    static void onLinux() {
        assumeTrue(
                Platform.current().isLinux() && Platform.current().isX64(), "the checked primitives are run on Linux");
    }

    /** Probes as another system has them. */
    private static ThisProcess as(Abi host, ThreadBlocks blocks) {
        return ThisProcess.open(OperatingSystem.current(), host, blocks, ThisProcess::call);
    }

    private static void requireRight(Supplier<Ground> grounds, Abi abi) {
        SaveSet set = SaveSet.widest(Host.detect().cpu().xcr0());
        try (Check check = Check.on(grounds.get(), seed -> {})) {
            for (Primitive primitive : Primitive.values()) {
                Verdict verdict = check.of(Subject.of(primitive, abi, set), TRIES, 1);
                assertThat(verdict).as("%s of %s", primitive, abi.name()).isInstanceOf(Verdict.Passed.class);
            }
        }
        try (Switching switching = Switching.on(grounds, abi, set, Map.of())) {
            assertThat(switching.play(new CallSequences(8), TRIES, 1).broken()).isEmpty();
        }
    }

    private static boolean runs(Abi abi) {
        SaveSet widest = SaveSet.widest(Host.detect().cpu().xcr0());
        return Arrays.stream(Primitive.values())
                .allMatch(p -> Subject.of(p, abi, SaveSet.SSE).needs().fits(widest));
    }

    static Abi[] builtIn() {
        return Abi.builtIn().stream().filter(ThisProcessTest::runs).toArray(Abi[]::new);
    }

    @ParameterizedTest
    @MethodSource("builtIn")
    void isHeldToEveryConvention(Abi abi) {
        requireRight(ThisProcess::open, abi);
    }

    @ParameterizedTest
    @EnumSource(
            value = ThreadBlocks.class,
            names = {"FIELDS", "NONE"})
    void makesNoSystemCallsElsewhereThanOnLinux(ThreadBlocks blocks) {
        for (Segment segment : blocks.segments()) {
            CodeBlob probe = new Probe(Abi.WIN64, SaveSet.SSE, blocks, segment).emit();
            assertThat(probe.instructions()).extracting(Instruction::text).doesNotContain("syscall");
        }
    }

    @Test
    void isHeldToAConventionWithoutThreadBlocks() {
        requireRight(() -> as(Abi.SYSTEM_V, ThreadBlocks.NONE), Abi.SYSTEM_V);
    }

    @Test
    void borrowsTheFieldsOfTheSystemsThreadBlock() {
        OperatingSystem os = OperatingSystem.current();
        NativeMemory block = NativeMemory.allocate(os, ProbeMemory.THREAD_BLOCK_BYTES);
        for (int at = 0; at < block.size(); at += 8) {
            block.putLong(at, 0x7EB_0000 + at);
        }
        byte[] before = block.getBytes(0, (int) block.size());
        NativeFunction syscall = NativeFunction.at(os.symbol("syscall"));
        syscall.call(ARCH_PRCTL, ARCH_SET_GS, block.address());
        try {
            try (Check check = Check.on(as(Abi.WIN64, ThreadBlocks.FIELDS), seed -> {})) {
                for (Primitive primitive : Primitive.values()) {
                    Subject right = Subject.of(primitive, Abi.WIN64, SaveSet.SSE_X87);
                    assertThat(check.of(right, TRIES, 1)).as(primitive.symbol()).isInstanceOf(Verdict.Passed.class);
                }
                Verdict verdict = check.ofFunction(
                        Assembler.parse(".globl f\nf: mov qword ptr gs:[8], rcx\n ret"), "f", Abi.WIN64, TRIES, 1);
                assertThat(verdict).isInstanceOf(Verdict.Failed.class);
            }
        } finally {
            syscall.call(ARCH_PRCTL, ARCH_SET_GS, 0);
        }
        assertThat(block.getBytes(0, before.length)).as("what is the system's").isEqualTo(before);
        block.close();
    }

    @Test
    void findsWhatAFunctionForgets() {
        try (Check check = Check.on(as(Abi.SYSTEM_V, ThreadBlocks.NONE), seed -> {})) {
            Verdict verdict =
                    check.ofFunction(Assembler.parse(".globl f\nf: xor r12d, r12d\n ret"), "f", Abi.SYSTEM_V, TRIES, 1);
            assertThat(verdict)
                    .isInstanceOfSatisfying(
                            Verdict.Failed.class,
                            failed -> assertThat(failed.difference().register()).isEqualTo("r12"));
        }
    }

    @Test
    void refusesAThreadBlockWhereThereCanBeNone() {
        try (ThisProcess none = as(Abi.SYSTEM_V, ThreadBlocks.NONE)) {
            assertThatThrownBy(() -> none.probe(Abi.WIN64))
                    .isInstanceOf(UnsupportedHostException.class)
                    .hasMessageContaining("thread block behind GS, as ABI 'win64' has it");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refusesToRunWhenItIsClosed(boolean own) {
        Ground ground = own ? ThisProcess.open() : Capsule.open();
        long target = ground.probe(Abi.SYSTEM_V).address("arrival");
        ground.close();
        ground.close();
        assertThatThrownBy(() -> ground.run(Abi.SYSTEM_V, target)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesAThreadBlockThatIsTooLarge() {
        try (ThisProcess process = ThisProcess.open()) {
            ThreadBlock.Field far = new ThreadBlock.Field("far", 8192);
            assertThatThrownBy(() -> process.memory().setFields(List.of(far)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("in 8192 bytes");
        }
    }
}
