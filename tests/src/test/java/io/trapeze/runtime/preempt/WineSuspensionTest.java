// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.preempt;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Mem.xmmword;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.RemoteWindows;
import io.trapeze.testkit.wine.Excursion;
import io.trapeze.testkit.wine.Trasher;
import io.trapeze.testkit.wine.WindowsProcess;
import io.trapeze.trampolines.AsyncPreempt;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The emitted code that suspends a thread and redirects it, against Wine's kernel, with a thread that runs a body. */
@DisplayName("Under Wine, a thread that runs a goroutine")
class WineSuspensionTest {
    private static final SafePoint SAFE = new SafePoint(8, 16, 24, 2, 32, 40, 48, 56, 128);
    private static final int ENOUGH = 1_000;
    private static final int TRIES = 4_000;
    private static final long INVALID_HANDLE = 6;

    /** Where things lie in {@link #memory}. */
    private static final int CARRIER = 0;

    private static final int GOROUTINE = 128;
    private static final int NOTES = 3072;

    /** In the notes: whether to stop, rounds, wrong values, and where vectors are looked at. */
    private static final int STOP = 0;

    private static final int ROUNDS = 8;
    private static final int WRONG = 16;
    private static final int LOOK = 32;

    /** All general registers but the stack's, and the one that holds the notes' address. */
    private static final List<IndexReg> HELD =
            List.of(rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14);

    private static final List<IndexReg> PRESERVED = List.of(rbx, rbp, rsi, rdi, r12, r13, r14, r15);

    private final WindowsProcess process = WindowsProcess.start();
    private final CodeArena arena = CodeArena.open(process.memory(), 1 << 16);
    private final NativeMemory memory = NativeMemory.allocate(process.memory(), 8192);
    private final Excursion excursion = new Excursion(process);
    private final Trasher others = new Trasher(process.memory());
    private final MappedCode body = arena.map(body());
    private final RemoteSuspension suspension = new RemoteSuspension(process, RemoteWindows.of(process), SAFE);

    WineSuspensionTest() {
        long callee = arena.map(others.everything(AsyncPreempt.CALLEE)).address();
        long trampoline = arena.map(AsyncPreempt.emit(Abi.WIN64, SaveSet.SSE), Map.of(AsyncPreempt.CALLEE, callee))
                .address();
        memory.putLong(CARRIER + SAFE.current(), memory.address() + GOROUTINE);
        memory.putLong(CARRIER + SAFE.trampoline(), trampoline);
        memory.putLong(GOROUTINE + SAFE.status(), SAFE.running());
        memory.putLong(GOROUTINE + SAFE.stackLow(), excursion.low() + 4096);
        memory.putLong(GOROUTINE + SAFE.stackHigh(), excursion.high());
        memory.putLong(GOROUTINE + SAFE.codeLow(), body.address());
        memory.putLong(GOROUTINE + SAFE.codeHigh(), body.address() + body.size());
        others.randomize(new Random(7));
    }

    @AfterEach
    void end() {
        process.close();
    }

    private long preempt(long thread) {
        return suspension.preempt(thread, memory.address() + CARRIER);
    }

    private long startAndAwaitTheBody() throws InterruptedException {
        long thread = excursion.startOnGoroutine(body.address());
        while (memory.getLongVolatile(NOTES + ROUNDS) == 0) {
            process.requireAlive();
            Thread.sleep(1);
        }
        return thread;
    }

    private void stop(long thread) {
        memory.putLongVolatile(NOTES + STOP, 1);
        excursion.finish(thread);
    }

    @Test
    @Tag("S39")
    @Tag("S42")
    @Tag("S52")
    void isPreemptedThousandsOfTimesAndFindsEveryRegisterAsItWas() throws InterruptedException {
        long thread = startAndAwaitTheBody();
        int preempted = 0;
        int tries = 0;
        while (preempted < ENOUGH && tries++ < TRIES) {
            long outcome = preempt(thread);
            assertThat(outcome).isIn(SuspensionCode.PREEMPTED, SuspensionCode.NOT_NOW);
            preempted += outcome == SuspensionCode.PREEMPTED ? 1 : 0;
            awaitARound();
        }
        stop(thread);
        assertThat(preempted).as("preemptions in %d tries", tries).isEqualTo(ENOUGH);
        assertThat(others.calls()).as("calls of async_preempt2").isEqualTo(ENOUGH);
        assertThat(memory.getLong(NOTES + WRONG))
                .as("values that the body found changed")
                .isZero();
        assertThat(memory.getLong(NOTES + ROUNDS)).as("rounds of the body").isPositive();
    }

    @Test
    void aRegisterThatTheTrampolineLosesIsNoticed() throws InterruptedException {
        Assembler a = new Assembler();
        a.mov(r13, 1);
        a.ret(SAFE.skip());
        memory.putLong(
                CARRIER + SAFE.trampoline(), arena.map(a.finish("loses_r13")).address());
        long thread = startAndAwaitTheBody();
        int tries = 0;
        while (memory.getLongVolatile(NOTES + WRONG) == 0 && tries++ < 100) {
            preempt(thread);
            awaitARound();
        }
        stop(thread);
        assertThat(memory.getLong(NOTES + WRONG)).isPositive();
    }

    @Test
    @Tag("Sj")
    void isLeftAloneWhereItMustNotBePreempted() throws InterruptedException {
        long thread = startAndAwaitTheBody();
        assertLeftAlone(thread, "no goroutine is current", CARRIER + SAFE.current(), 0);
        assertLeftAlone(thread, "the goroutine does not run", GOROUTINE + SAFE.status(), 1);
        assertLeftAlone(thread, "another stack", GOROUTINE + SAFE.stackHigh(), excursion.low());
        assertLeftAlone(thread, "no room for the frame", GOROUTINE + SAFE.stackLow(), excursion.high());
        assertLeftAlone(thread, "other code, above", GOROUTINE + SAFE.codeHigh(), body.address());
        assertLeftAlone(thread, "other code, below", GOROUTINE + SAFE.codeLow(), body.address() + body.size());
        assertThat(others.calls()).as("calls of async_preempt2").isZero();
        int tries = 0;
        while (preempt(thread) != SuspensionCode.PREEMPTED) {
            assertThat(tries++).as("tries until it is preempted after all").isLessThan(100);
        }
        stop(thread);
        assertThat(others.calls()).isEqualTo(1);
        assertThat(memory.getLong(NOTES + WRONG)).isZero();
    }

    private void assertLeftAlone(long thread, String why, int field, long value) {
        long before = memory.getLong(field);
        memory.putLongVolatile(field, value);
        for (int i = 0; i < 20; i++) {
            assertThat(preempt(thread)).as(why).isEqualTo(SuspensionCode.NOT_NOW);
        }
        awaitARound();
        memory.putLongVolatile(field, before);
    }

    /** Waits until the thread has been running again: only then can it be in its body. */
    private void awaitARound() {
        long rounds = memory.getLongVolatile(NOTES + ROUNDS);
        while (memory.getLongVolatile(NOTES + ROUNDS) <= rounds + 1) {
            process.requireAlive();
            Thread.yield();
        }
    }

    @Test
    @Tag("Sj")
    void isLeftAloneInsideAFunctionOfTheSystem() throws InterruptedException {
        long thread = excursion.startOnGoroutine(process.symbol("kernel32.dll", "Sleep"), 300);
        for (int i = 0; i < 20; i++) {
            assertThat(preempt(thread)).isEqualTo(SuspensionCode.NOT_NOW);
            Thread.sleep(1);
        }
        excursion.finish(thread);
        assertThat(others.calls()).isZero();
    }

    @Test
    void thatIsNoneIsReportedWithTheCallAndTheErrorOfWindows() {
        long outcome = preempt(0x1234_5670);
        assertThat(SuspensionCode.CALLS.get((int) (outcome >>> 32) - 1)).isEqualTo("SuspendThread");
        assertThat(outcome & 0xFFFF_FFFFL).isEqualTo(INVALID_HANDLE);
    }

    // spotless:off
    /** A function that holds a value of its own in each register, and counts how often it finds another. */
    private CodeBlob body() {
        Assembler a = new Assembler();
        Label again = a.label("again");
        Label wrong = a.label("wrong");
        Label looked = a.label("looked");
        a.symbol("body");
        PRESERVED.forEach(a::push);
        a.sub(rsp, 168);
        for (int i = 6; i < 16; i++) {
            a.movdqu(xmmword(rsp, 16 * (i - 6)), xmm(i));
        }
        a.mov(r15, memory.address() + NOTES);
        for (int i = 0; i < 16; i++) {
            a.mov(qword(r15, LOOK), 0x1000 + i);
            a.mov(qword(r15, LOOK + 8), 0x2000 + i);
            a.movdqu(xmm(i), xmmword(r15, LOOK));
        }
        for (IndexReg register : HELD) {
            a.mov(register, 0x3000 + register.number());
        }
        a.bind(again);
        for (IndexReg register : HELD) {
            a.cmp(register, 0x3000 + register.number());
            a.jne(wrong);
        }
        for (int i = 0; i < 16; i++) {
            a.movdqu(xmmword(r15, LOOK), xmm(i));
            a.cmp(qword(r15, LOOK), 0x1000 + i);
            a.jne(wrong);
            a.cmp(qword(r15, LOOK + 8), 0x2000 + i);
            a.jne(wrong);
        }
        a.stc();
        for (int i = 0; i < 8; i++) {
            a.nop();
        }
        a.jnc(wrong);
        a.bind(looked);
        a.inc(qword(r15, ROUNDS));
        a.cmp(qword(r15, STOP), 0);
        a.je(again);
        for (int i = 6; i < 16; i++) {
            a.movdqu(xmm(i), xmmword(rsp, 16 * (i - 6)));
        }
        a.add(rsp, 168);
        for (int i = PRESERVED.size() - 1; i >= 0; i--) {
            a.pop(PRESERVED.get(i));
        }
        a.ret();
        a.bind(wrong);
        a.inc(qword(r15, WRONG));
        a.jmp(looked);
        return a.finish("body");
    }
    // spotless:on
}
