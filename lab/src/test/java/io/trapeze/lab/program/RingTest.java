// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.program;

import static io.trapeze.emitter.operand.Mem.dword;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Mem.word;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.operand.Reg64;
import io.trapeze.runtime.sched.GoroutineAssembler;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RingTest {
    @ParameterizedTest
    @Tag("S29")
    @CsvSource({"1, 1", "1, 100", "2, 1", "2, 3", "2, 200", "5, 64"})
    void everythingSurvivesEveryYieldOnEachNumberOfCarriers(int carriers, int goroutines) throws InterruptedException {
        ProgramReport report = Outcome.of(new Ring(60_000, body -> {}), carriers, goroutines);
        assertThat(report.failures()).isEmpty();
        assertThat(report.figures()).containsEntry("yields checked", 60_000L / goroutines * goroutines);
        assertThat(report.switches()).isGreaterThanOrEqualTo(60_000L / goroutines * goroutines);
    }

    static Stream<Arguments> changes() {
        Stream<Arguments> registers = Stream.of(rbx, rbp, r12, r13, r15)
                .map(r -> Arguments.of(r.name() + ":", (Consumer<GoroutineAssembler>) a -> a.inc((Reg64) r)));
        return Stream.concat(
                registers,
                Stream.of(
                        change("r14, the goroutine:", a -> a.inc(r14).serves("pinned.g")),
                        change("rsp:", a -> a.push(qword(rsp))),
                        change("stack word 0:", a -> a.dec(qword(rsp, 16))),
                        change("stack word 7:", a -> a.not(qword(rsp, 16 + 7 * 8))),
                        change("mxcsr:", a -> {
                            a.push(0x1F00);
                            a.ldmxcsr(dword(rsp));
                            a.pop(rcx);
                        }),
                        change("x87 control word:", a -> {
                            a.push(0x27E);
                            a.fldcw(word(rsp));
                            a.pop(rcx);
                        }),
                        change("thread pointer that M holds:", a -> {
                            a.mov(rcx, a.machine());
                            a.inc(a.threadPointer(rcx));
                        }),
                        change("thread number that M holds:", a -> {
                            a.mov(rcx, a.machine());
                            a.inc(a.thread(rcx));
                        })));
    }

    private static Arguments change(String what, Consumer<GoroutineAssembler> code) {
        return Arguments.of(what, code);
    }

    @ParameterizedTest(name = "{0}")
    @Tag("S29")
    @MethodSource("changes")
    void aChangeOfAnyOfItIsFoundAndNamed(String what, Consumer<GoroutineAssembler> intruder)
            throws InterruptedException {
        ProgramReport report = Outcome.of(new Ring(1_000, intruder), 1, 4);
        assertThat(report.verified()).isFalse();
        assertThat(report.failures())
                .hasSize(4)
                .allSatisfy(failure -> assertThat(failure)
                        .matches(
                                "goroutine [0-3] after 0 rounds: .* expected 0x[0-9a-f]+, found 0x[0-9a-f]+( \\(ABI sysv, .*\\))?")
                        .contains(": " + what + " expected"));
    }

    @Test
    void failuresBeyondTheFirstFewAreCounted() throws InterruptedException {
        ProgramReport report = Outcome.of(new Ring(1_000, a -> a.inc(rbx)), 2, 100);
        assertThat(report.failures()).hasSize(9).last().isEqualTo("and 92 more");
    }

    @Test
    void theSameSeedMakesTheSamePatterns() throws InterruptedException {
        List<String> once = Outcome.of(new Ring(10, a -> a.not(rbx)), 1, 2).failures();
        List<String> again = Outcome.of(new Ring(10, a -> a.not(rbx)), 1, 2).failures();
        assertThat(once).isNotEmpty().isEqualTo(again);
    }
}
