// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;
import static io.trapeze.runtime.sched.WineScheduler.COUNTS;
import static io.trapeze.runtime.sched.WineScheduler.ENDED;
import static io.trapeze.runtime.sched.WineScheduler.ENVIRONMENT;
import static io.trapeze.runtime.sched.WineScheduler.FLAG;
import static io.trapeze.runtime.sched.WineScheduler.STOPPED;
import static io.trapeze.runtime.sched.WineScheduler.WRONG;
import static io.trapeze.runtime.sched.WineScheduler.bound;
import static io.trapeze.runtime.sched.WineScheduler.jumpIfOutOfBounds;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.code.JniFunction;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.preempt.RemoteSuspension;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scheduler as it is emitted for Windows, in a {@linkplain WineScheduler process that Wine runs}. */
@DisplayName("Under Wine, the scheduler of Windows")
class WineSchedulerTest {
    private static final int SLOT = 64 * 1024;

    /** What a call preserves on Windows, besides r14, where the goroutine is. */
    private static final List<IndexReg> HELD = List.of(rbx, rbp, rsi, rdi, r12, r13, r15);

    private final WineScheduler scheduler = new WineScheduler();
    private final NativeMemory notes = scheduler.notes;

    @AfterEach
    void end() {
        scheduler.close();
    }

    // spotless:off
    /** Emits the setting of all registers that survive a yield to values of this goroutine's own, from rdi on. */
    private static void hold(Assembler a) {
        for (int i = 6; i < 16; i++) {
            a.lea(rax, ptr(rdi, 0x1000 * i));
            a.movq(xmm(i), rax);
            a.sse().punpcklqdq(xmm(i), xmm(i));
        }
        for (IndexReg register : HELD) {
            if (register != rdi) {
                a.lea(register, ptr(rdi, 0x100 * register.number()));
            }
        }
    }

    /** Emits the comparison of the same registers; counts what is wrong. Keeps rdi alone in trust. */
    private void check(Assembler a) {
        Label wrong = a.label();
        Label right = a.label();
        for (int i = 6; i < 16; i++) {
            a.lea(rax, ptr(rdi, 0x1000 * i));
            a.movq(rcx, xmm(i));
            a.cmp(rax, rcx);
            a.jne(wrong);
            a.movhlps(xmm0, xmm(i));
            a.movq(rcx, xmm0);
            a.cmp(rax, rcx);
            a.jne(wrong);
        }
        for (IndexReg register : HELD) {
            if (register != rdi) {
                a.lea(rax, ptr(rdi, 0x100 * register.number()));
                a.cmp(rax, register);
                a.jne(wrong);
            }
        }
        a.mov(rax, rsp);
        a.or(rax, SLOT - 1);
        a.inc(rax)                   .because("the end of this stack's slot");
        a.cmp(rax, bound("StackBase"));
        a.jne(wrong);
        a.sub(rax, SLOT - 4096);
        a.cmp(rax, bound("StackLimit"));
        a.jne(wrong);
        a.sub(rax, 4096);
        a.cmp(rax, bound("DeallocationStack"));
        a.jne(wrong);
        a.cmp(bound("GuaranteedStackBytes"), 0);
        a.jne(wrong);
        a.jmp(right);
        a.bind(wrong);
        a.mov(rax, notes.address());
        a.lock().inc(qword(rax, WRONG));
        a.bind(right);
    }

    // spotless:on

    @ParameterizedTest(name = "on {0} carriers")
    @ValueSource(ints = {1, 2})
    @Tag("S14")
    @Tag("S18")
    @Tag("S20")
    void switchesGoroutinesThatHoldEveryPreservedRegister(int carriers) {
        scheduler.carriers(carriers);
        int yields = 2_000;
        // rdi = a number of its own; rsi = where it counts
        Body body = scheduler.compile(a -> {
            a.push(rsi);
            hold(a);
            Label again = a.here();
            a.yield();
            check(a);
            a.mov(rcx, qword(rsp));
            a.inc(qword(rcx));
            a.cmp(qword(rcx), yields);
            a.jb(again);
            a.pop(rsi);
        });
        int count = 20;
        for (int i = 0; i < count; i++) {
            scheduler.go(body, 0x10_0000L * (i + 1), notes.address() + COUNTS + 8L * i);
        }
        scheduler.run();
        assertThat(notes.getLong(WRONG)).as("registers that a yield changed").isZero();
        for (int i = 0; i < count; i++) {
            assertThat(notes.getLong(COUNTS + 8L * i)).isEqualTo(yields);
        }
        assertThat(scheduler.statistic(MachineField.SWITCHES)).isGreaterThanOrEqualTo((long) count * yields / 2);
    }

    @Test
    @Tag("S18")
    void leavesTheGoroutinesStackWithTheBoundsOfTheThreadsOwn() throws InterruptedException {
        scheduler.carriers(2);
        Body body = scheduler.compile(a -> {
            Label again = a.here();
            a.lock().inc(qword(rdi));
            a.push(rdi);
            a.yield();
            a.pop(rdi);
            a.jmp(again);
        });
        for (int i = 0; i < 4; i++) {
            scheduler.go(body, notes.address() + COUNTS);
        }
        List<Long> threads = scheduler.start();
        while (notes.getLongVolatile(COUNTS) < 1_000) {
            scheduler.process.requireAlive();
            Thread.sleep(1);
        }
        scheduler.records.shared().put(scheduler.control, 0, SharedField.STOP, 1);
        scheduler.process.call(scheduler.code.address("wake_all"), scheduler.control.address());
        threads.forEach(scheduler.process::join);
        assertThat(notes.getLong(STOPPED))
                .as("carriers that left in good order")
                .isEqualTo(2);
    }

    @Test
    void parksAndMakesReadyAcrossTwoCarriersThatWaitInTheKernel() {
        scheduler.carriers(2);
        int rounds = 500;
        // parks, and counts how often it was made ready
        Body sleeper = scheduler.compile(a -> {
            a.mov(rbx, rdi);
            a.mov(rsi, 0x77);
            Label again = a.here();
            a.park();
            a.inc(qword(rbx));
            a.cmp(rsi, 0x77);
            Label right = a.label();
            a.je(right);
            a.lock().inc(qword(rbx, WRONG - COUNTS));
            a.bind(right);
            a.cmp(qword(rbx), rounds);
            a.jb(again);
        });
        Goroutine sleeping = scheduler.go(sleeper, notes.address() + COUNTS);
        // makes it ready, and yields until it has run
        Body waker = scheduler.compile(a -> {
            a.mov(rbx, notes.address());
            a.xor(r12d, r12d);
            Label again = a.here();
            a.mov(rcx, sleeping.address());
            a.mov(rdx, scheduler.control.address());
            a.mov(rdi, 0x99);
            a.call(a.external("ready"));
            Label right = a.label();
            a.cmp(rdi, 0x99);
            a.je(right);
            a.lock().inc(qword(rbx, WRONG));
            a.bind(right);
            a.inc(r12);
            Label wait = a.here();
            a.yield();
            a.cmp(qword(rbx, COUNTS), r12);
            a.jb(wait);
            a.cmp(r12, rounds);
            a.jb(again);
        });
        scheduler.go(waker);
        scheduler.run();
        assertThat(notes.getLong(COUNTS)).isEqualTo(rounds);
        assertThat(notes.getLong(WRONG)).as("registers that a call changed").isZero();
    }

    @Test
    @Tag("S31")
    @Tag("S38")
    @Tag("Sg")
    void reachesJavaByTheConventionOfWindowsOnTheThreadsOwnStack() {
        MappedCode jni = scheduler.arena.map(jni());
        NativeMemory table = NativeMemory.allocate(scheduler.memory, 4096);
        notes.putLong(ENVIRONMENT, table.address());
        table.putLong(JniFunction.CALL_LONG_METHOD_A.offset(), jni.address("call"));
        table.putLong(JniFunction.EXCEPTION_CHECK.offset(), jni.address("check"));
        scheduler.carriers(1);
        scheduler.records.shared().put(scheduler.control, 0, SharedField.UPCALL_TARGET, 0x111);
        scheduler.records.shared().put(scheduler.control, 0, SharedField.UPCALL_METHOD, 0x222);
        Body body = scheduler.compile(a -> {
            a.mov(rbx, notes.address() + COUNTS);
            a.mov(r12d, 100);
            Label again = a.here();
            a.mov(edi, 40);
            a.mov(esi, 2);
            a.xor(edx, edx);
            a.callJava((a0, a1, a2) -> 0);
            a.add(qword(rbx), rax);
            a.dec(r12);
            a.jnz(again);
        });
        scheduler.go(body);
        scheduler.run();
        assertThat(notes.getLong(COUNTS)).as("sum of results").isEqualTo(100 * 42);
        assertThat(notes.getLong(WRONG))
                .as("arguments or bounds that were wrong")
                .isZero();
        assertThat(scheduler.statistic(MachineField.UPCALLS)).isEqualTo(100);
    }

    // spotless:off
    /** Emits what stands for two functions of JNI; the first returns a0 + a1 of the block, and homes its arguments. */
    private CodeBlob jni() {
        Assembler a = new Assembler();
        Label wrong = a.label("wrong");
        a.symbol("call");
        a.mov(qword(rsp, 8), rcx)    .because("home space");
        a.mov(qword(rsp, 16), rdx);
        a.mov(qword(rsp, 24), r8);
        a.mov(qword(rsp, 32), r9);
        a.mov(r10, notes.address() + ENVIRONMENT);
        a.cmp(rcx, r10);
        a.jne(wrong);
        a.cmp(rdx, 0x111);
        a.jne(wrong);
        a.cmp(r8, 0x222);
        a.jne(wrong);
        a.lea(rax, ptr(rsp, 8));
        a.and(rax, 15);
        a.jnz(wrong);
        jumpIfOutOfBounds(a, wrong);
        a.mov(rax, qword(r9, 16))    .because("goroutine, number, then its own");
        a.add(rax, qword(r9, 24));
        a.ret();
        a.bind(wrong);
        a.mov(r10, notes.address());
        a.inc(qword(r10, WRONG));
        a.ret();
        a.symbol("check");
        a.mov(qword(rsp, 8), rcx);
        a.mov(rax, -256)             .because("a boolean is the lowest byte");
        a.ret();
        return a.finish("jni");
    }
    // spotless:on

    @Test
    @Tag("S39")
    void isPreemptedWhereNobodyYields() throws InterruptedException {
        scheduler.carriers(1);
        // waits for the flag, and never yields
        Body spins = scheduler.compile(a -> {
            hold(a);
            Label again = a.here();
            a.mov(rax, notes.address());
            a.cmp(qword(rax, FLAG), 0);
            a.je(again);
            check(a);
        });
        Body sets = scheduler.compile(a -> {
            a.mov(rax, notes.address());
            a.mov(qword(rax, FLAG), 1);
        });
        for (int i = 0; i < 3; i++) {
            scheduler.go(spins, 0x10_0000L * (i + 1));
        }
        scheduler.go(sets);
        long thread = scheduler.start().get(0);
        RemoteSuspension suspension =
                new RemoteSuspension(scheduler.process, scheduler.windows, scheduler.records.safePoint());
        int tries = 0;
        while (notes.getLongVolatile(FLAG) == 0) {
            assertThat(tries++).as("tries to preempt").isLessThan(5_000);
            suspension.preempt(thread, scheduler.machines.get(0));
            scheduler.process.requireAlive();
            Thread.sleep(1);
        }
        scheduler.process.join(thread);
        assertThat(notes.getLong(ENDED)).isEqualTo(4);
        assertThat(notes.getLong(WRONG))
                .as("registers that a preemption changed")
                .isZero();
        assertThat(scheduler.statistic(MachineField.PREEMPTIONS)).isGreaterThanOrEqualTo(3);
    }
}
