// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GoroutineBodyTest {
    private static final OperatingSystem OS = OperatingSystem.current();

    private final NativeMemory memory = NativeMemory.allocate(OS, 4096);
    private final Scheduler scheduler =
            Scheduler.builder().carriers(1).maxGoroutines(64).build();

    @AfterEach
    void close() {
        scheduler.close();
        memory.close();
    }

    private void run(Consumer<GoroutineAssembler> body) {
        Goroutine goroutine = scheduler.go(body);
        scheduler.run();
        assertThat(goroutine.state()).isEqualTo(GoroutineState.DEAD);
        goroutine.failure().ifPresent(failure -> {
            throw failure;
        });
    }

    private long result() {
        return memory.getLong(0);
    }

    private void store(GoroutineAssembler body, io.trapeze.emitter.operand.Reg64 value) {
        body.mov(r11, memory.address());
        body.mov(qword(r11), value);
    }

    @Test
    void aBodyFindsItsArgumentsInRegistersAndZeroWhereNoneWasGiven() {
        Body body = scheduler.compile("arguments", a -> {
            a.mov(r11, memory.address());
            Stream.of(rdi, rsi, rdx, rcx, r8, r9).forEach(register -> {
                a.mov(qword(r11), register);
                a.add(r11, 8);
            });
        });
        scheduler.go(body, 1, -2, 3, Long.MIN_VALUE, 5, 6);
        scheduler.run();
        assertThat(LongStream.range(0, 6).map(i -> memory.getLong(8 * i)))
                .containsExactly(1L, -2L, 3L, Long.MIN_VALUE, 5L, 6L);
        scheduler.go(body, 7);
        scheduler.run();
        assertThat(LongStream.range(0, 6).map(i -> memory.getLong(8 * i))).containsExactly(7L, 0L, 0L, 0L, 0L, 0L);
    }

    @Test
    void moreThanSixArgumentsAreRefused() {
        Body body = scheduler.compile("arguments", a -> {});
        assertThatThrownBy(() -> scheduler.go(body, 1, 2, 3, 4, 5, 6, 7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("7 arguments")
                .hasMessageContaining("at most 6");
    }

    @Test
    @Tag("S5")
    void aBodyBeginsOnAStackAlignedAsAfterACall() {
        run(a -> store(a, rsp));
        assertThat(result() % 16).isEqualTo(8);
    }

    @Test
    void aBodyEndsByRet() {
        run(a -> {
            a.mov(eax, 42);
            store(a, rax);
            a.ret();
            a.ud2();
        });
        assertThat(result()).isEqualTo(42);
    }

    @Test
    void aBodyThatFallsOffItsEndEnds() {
        run(a -> {
            a.mov(eax, 43);
            store(a, rax);
        });
        assertThat(result()).isEqualTo(43);
    }

    @Test
    void aBodyEndsByExitWhereverItLeftItsStack() {
        run(a -> {
            a.push(rax);
            a.sub(rsp, 1003);
            a.exit();
            a.ud2();
        });
    }

    @Test
    void anEmptyBodyIsABody() {
        run(a -> {});
    }

    @Test
    void goroutinesTakeTurnsInTheOrderTheyWereStarted() {
        List<Long> turns = new ArrayList<>();
        Body body = scheduler.compile("turns", a -> {
            a.mov(rbx, rdi);
            a.mov(r12, 3);
            Label again = a.here();
            a.mov(rdi, rbx);
            a.callJava((id, unused, alike) -> turns.add(id) ? 0 : 1);
            a.yield();
            a.dec(r12);
            a.jnz(again);
        });
        LongStream.range(0, 3).forEach(id -> scheduler.go(body, id));
        scheduler.run();
        assertThat(turns).containsExactly(0L, 1L, 2L, 0L, 1L, 2L, 0L, 1L, 2L);
    }

    @Test
    void aYieldLeavesTheRedZoneAlone() {
        run(a -> {
            a.mov(qword(rsp, -8), 77);
            a.mov(qword(rsp, -128), 78);
            a.yield();
            a.mov(rax, qword(rsp, -8));
            a.imul(rax, rax, 100);
            a.add(rax, qword(rsp, -128));
            store(a, rax);
        });
        assertThat(result()).isEqualTo(7778);
    }

    @Test
    void aBodyCanBeRunByManyGoroutinesAndClosedWhileTheyLive() {
        AtomicLong ran = new AtomicLong();
        Body body = scheduler.compile("many", a -> {
            a.yield();
            a.callJava(ran::incrementAndGet);
        });
        for (int i = 0; i < 20; i++) {
            scheduler.go(body);
        }
        body.close();
        assertThatThrownBy(() -> scheduler.go(body))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("body 'many' is closed");
        scheduler.run();
        assertThat(ran).hasValue(20);
    }

    @Test
    void aBodyOfAnotherSchedulerIsRefused() {
        try (Scheduler other = Scheduler.builder().carriers(1).maxGoroutines(1).build()) {
            Body foreign = other.compile("foreign", a -> {});
            assertThatThrownBy(() -> scheduler.go(foreign))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'foreign'")
                    .hasMessageContaining("another scheduler");
        }
    }

    @Test
    void aBodyMayNotTakeTheNameOfWhatBodiesCall() {
        assertThatThrownBy(() -> scheduler.compile("upcall", a -> a.callJava(() -> {})))
                .isInstanceOf(BodyException.class)
                .hasMessageContaining("'upcall'")
                .hasMessageContaining("choose another name");
    }

    static Stream<Arguments> instructionsThatWriteR14() {
        return Stream.<Consumer<GoroutineAssembler>>of(
                        a -> a.mov(r14, 1L),
                        a -> a.mov(r14d, 1),
                        a -> a.mov(r14w, 1),
                        a -> a.mov(r14b, 1),
                        a -> a.xor(r14d, r14d),
                        a -> a.pop(r14),
                        a -> a.xchg(rax, r14),
                        a -> a.xchg(r14, rax),
                        a -> a.xchg(qword(rsp), r14),
                        a -> a.xadd(qword(rsp), r14),
                        a -> a.xadd(r14, rax),
                        a -> a.lea(r14, ptr(rax, 8)),
                        a -> a.inc(r14),
                        a -> a.imul(r14, rax, 3),
                        a -> a.movq(r14, xmm0))
                .map(Arguments::of);
    }

    @ParameterizedTest
    @MethodSource("instructionsThatWriteR14")
    @Tag("S2")
    void aBodyThatWritesTheGoroutinesRegisterIsRefused(Consumer<GoroutineAssembler> write) {
        assertThatThrownBy(() -> scheduler.compile("writes", a -> {
                    a.nop();
                    write.accept(a);
                }))
                .isInstanceOf(BodyException.class)
                .hasMessageContaining("writes r14")
                .hasMessageContaining("at offset 0x1")
                .hasMessageContaining("use rbx, r12, r13 or r15");
    }

    @Test
    void readingTheGoroutinesRegisterIsNoWrite() {
        run(a -> {
            a.mov(rax, r14);
            a.push(r14);
            a.pop(rcx);
            a.test(r14, r14);
            a.movq(xmm14, r14);
            a.self(rdx);
            a.sub(rax, rdx);
            store(a, rax);
        });
        assertThat(result()).isZero();
    }

    @Test
    void aBodyCallsCFunctionsWithItsRegistersAsArguments() {
        NativeFunction labs = NativeFunction.at(OS.symbol("labs"));
        run(a -> {
            a.push(rax);
            a.mov(rdi, -5L);
            a.callNative(labs);
            store(a, rax);
            a.pop(rcx);
        });
        assertThat(result()).isEqualTo(5);
    }

    @Test
    @Tag("S5")
    void aCFunctionIsCalledOnAnAlignedStackWhereverTheBodyLeftIt() {
        try (var arena = io.trapeze.runtime.code.CodeArena.open(OS, 4096)) {
            var probe = new io.trapeze.emitter.Assembler();
            probe.mov(rax, rsp);
            probe.ret();
            NativeFunction stackPointer = arena.map(probe.finish("probe")).function();
            for (int shift : new int[] {0, 1, 8, 15, 40}) {
                run(a -> {
                    a.sub(rsp, shift);
                    a.mov(r12, rsp);
                    a.callNative(stackPointer);
                    a.and(eax, 15);
                    a.cmp(r12, rsp);
                    Label same = a.label();
                    a.je(same);
                    a.ud2();
                    a.bind(same);
                    store(a, rax);
                    a.exit();
                });
                assertThat(result())
                        .as("rsp mod 16 in the function, %s bytes pushed", shift)
                        .isEqualTo(8);
            }
        }
    }

    @Test
    void foreignCodeCallsBackAndTheCallbackYieldsAndCallsJava() {
        int[] numbers = {5, 1, 4, 2, 3};
        for (int i = 0; i < numbers.length; i++) {
            memory.putLong(8L * i, numbers[i]);
        }
        AtomicLong comparisons = new AtomicLong();
        AtomicLong others = new AtomicLong();
        scheduler.go(a -> {
            Label compare = a.callback(b -> {
                b.push(rdi);
                b.push(rsi);
                b.yield();
                b.callJava(comparisons::incrementAndGet);
                b.pop(rsi);
                b.pop(rdi);
                b.mov(rax, qword(rdi));
                b.sub(rax, qword(rsi));
            });
            a.mov(rdi, memory.address());
            a.mov(esi, numbers.length);
            a.mov(edx, 8);
            a.lea(rcx, ptr(compare));
            a.callNative(OS.symbol("qsort"));
        });
        scheduler.go(a -> {
            a.mov(rbx, 5);
            Label again = a.here();
            a.callJava(() -> others.addAndGet(comparisons.get() > 0 ? 1 : 0));
            a.yield();
            a.dec(rbx);
            a.jnz(again);
        });
        scheduler.run();
        assertThat(LongStream.range(0, 5).map(i -> memory.getLong(8 * i))).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(comparisons.get()).isBetween(4L, 20L);
        assertThat(others.get())
                .as("turns of the other goroutine during the sort")
                .isPositive();
    }

    @Test
    void readyFromABodyResumesAParkedGoroutine() {
        List<String> events = new ArrayList<>();
        Goroutine waits = scheduler.go(a -> {
            a.park();
            a.callJava(() -> events.add("resumed"));
        });
        scheduler.go(a -> {
            a.callJava(() -> events.add(waits.state().toString()));
            a.ready(waits);
            a.callJava(() -> events.add("made ready"));
        });
        scheduler.run();
        assertThat(events).containsExactly("WAITING", "made ready", "resumed");
    }
}
