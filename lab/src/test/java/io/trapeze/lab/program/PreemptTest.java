// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.program;

import static io.trapeze.emitter.operand.Mem.dword;
import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Mem.word;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.runtime.host.Host;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.sched.GoroutineAssembler;
import io.trapeze.trampolines.SaveSet;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PreemptTest {
    @ParameterizedTest
    @Tag("S39")
    @CsvSource({"1, 1", "1, 5", "2, 12", "3, 4"})
    void whatNeverYieldsIsPreemptedAndNothingOfItChanges(int carriers, int goroutines) throws InterruptedException {
        ProgramReport report = Outcome.of(new Preempt(100, body -> {}), carriers, goroutines);
        assertThat(report.failures()).isEmpty();
        assertThat(report.preemptions()).isGreaterThanOrEqualTo(100);
    }

    @Test
    void aGoroutineThatGetsNoTurnIsTold() {
        Preempt.Block block = new Preempt.Block(new RegisterImage(SaveSet.SSE));
        try (Blocks blocks = new Blocks(2, block.size());
                NativeMemory stop = NativeMemory.allocate(OperatingSystem.current(), 8)) {
            Preempt.Watch watch = new Preempt.Watch(blocks, block, 2, 3, Duration.ZERO, stop, doing -> {});
            blocks.put(0, block.preempted(), 60);
            blocks.put(0, Blocks.ROUNDS, 1_000);
            watch.run();
            Verdict verdict = new Verdict();
            watch.tell(verdict);
            assertThat(stop.getLong(0)).as("the goroutines are stopped").isEqualTo(1);
            assertThat(watch.fewest()).isZero();
            assertThat(verdict.failures())
                    .containsExactly(
                            "goroutine 0 seen to get on while all ran: expected at least 3, found 1",
                            "goroutine 1 preempted: expected at least 3, found 0",
                            "goroutine 1 seen to get on while all ran: expected at least 3, found 0");
        }
    }

    static Stream<Arguments> changes() {
        Stream<Arguments> registers =
                RegisterImage.GENERAL.stream().map(r -> change(r.name() + ":", a -> a.lea(r, ptr(r, 1))));
        return Stream.concat(
                registers,
                Stream.of(
                        change("r14, the goroutine:", a -> a.inc(r14).serves("pinned.g")),
                        change("rsp:", a -> a.push(qword(rsp))),
                        change("flags:", GoroutineAssembler::cmc),
                        change("mxcsr:", a -> withWord(a, 0x1F00, () -> a.ldmxcsr(dword(rax)))),
                        change("x87 control word:", a -> withWord(a, 0x27E, () -> a.fldcw(word(rax)))),
                        change("red zone at rsp - 8:", a -> a.mov(qword(rsp, -8), rsp)),
                        change("red zone at rsp - 128:", a -> a.mov(qword(rsp, -128), rsp)),
                        change("mm0, bits 0 to 63:", a -> a.movq(xmm0, rsp)),
                        change("mm15, bits 0 to 63:", a -> a.movq(xmm15, rsp))));
    }

    /** Stores a word in the frame's scratch and runs code with its address in rax; changes nothing but the word and rax. */
    private static void withWord(GoroutineAssembler a, int value, Runnable code) {
        a.mov(qword(rsp, 16), rax);
        a.mov(qword(rsp, 8), value);
        a.lea(rax, ptr(rsp, 8));
        code.run();
        a.mov(rax, qword(rsp, 16));
    }

    private static Arguments change(String what, Consumer<GoroutineAssembler> code) {
        return Arguments.of(what, code);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("changes")
    void aChangeOfAnyOfItIsFoundAndNamed(String what, Consumer<GoroutineAssembler> intruder)
            throws InterruptedException {
        requireFound(what, intruder);
    }

    @Test
    void aChangeOfAMaskOrOfTheUpperVectorRegistersIsFoundAndNamed() throws InterruptedException {
        assumeTrue(Host.detect().cpu().hasAvx512State(), "this processor or system has no AVX-512 state");
        requireFound("k7:", a -> a.avx512().knotq(k7, k7));
        requireFound("zmm31, bits 256 to 319:", a -> a.avx512().vinserti64x4(zmm31, zmm31, ymm0, 1));
    }

    private static void requireFound(String what, Consumer<GoroutineAssembler> intruder) throws InterruptedException {
        ProgramReport report = Outcome.of(new Preempt(1, intruder), 1, 3);
        assertThat(report.failures())
                .isNotEmpty()
                .first()
                .asString()
                .matches("goroutine [0-2] after 0 rounds: .* expected 0x[0-9a-f]+, found 0x[0-9a-f]+")
                .contains(what + " expected");
    }
}
