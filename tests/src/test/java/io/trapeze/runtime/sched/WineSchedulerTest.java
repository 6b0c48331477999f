// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.JniFunction;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.RemoteWindows;
import io.trapeze.runtime.preempt.RemoteSuspension;
import io.trapeze.testkit.wine.WindowsProcess;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The scheduler as it is emitted for Windows, in a process that Wine runs: its carriers are threads of that process, which wait by
 * {@code WaitOnAddress}. Java only lays out the records; what it does at a goroutine's end, machine code does here.
 */
@DisplayName("Under Wine, the scheduler of Windows")
class WineSchedulerTest {
    private static final int CAPACITY = 64;
    private static final int LIVE = 0;
    private static final int ENDED = 8;
    private static final int WRONG = 16;
    private static final int FLAG = 24;
    private static final int STOPPED = 32;
    private static final int COUNTS = 64;
    private static final int ENVIRONMENT = 2048;
    private static final int SLOT = 64 * 1024;

    /** What a call preserves on Windows, besides r14, where the goroutine is. */
    private static final List<IndexReg> HELD = List.of(rbx, rbp, rsi, rdi, r12, r13, r15);

    private final WindowsProcess process = WindowsProcess.start();
    private final OperatingSystem memory = process.memory();
    private final OperatingSystem windows = RemoteWindows.of(process);
    private final Records records = Records.of(Abi.WIN64);
    private final CodeArena arena = CodeArena.open(memory, 1 << 20);
    private final GoroutineTable goroutines = GoroutineTable.open(memory, records, CAPACITY, 60 * 1024, SaveSet.SSE);
    private final NativeMemory control = NativeMemory.allocate(memory, 8192);
    private final NativeMemory notes = NativeMemory.allocate(memory, 4096);
    private final MappedPrimitives primitives = MappedPrimitives.map(arena, Abi.WIN64, SaveSet.SSE);
    private final MappedCode code =
            arena.map(SchedulerCode.emit(records, windows.threadCalls(), goroutines.slotSize()), primitives.symbols());
    private final BodyCompiler compiler = new BodyCompiler(records, goroutines.slotSize(), arena, code);
    private final MappedCode carry = arena.map(carry(), code.symbols());
    private final List<Long> machines = new ArrayList<>();

    @AfterEach
    void end() {
        process.close();
    }

    private void carriers(int count) {
        primitives.mapAsyncPreempt(code.address("async_preempt2"));
        records.shared().put(control, 0, SharedField.CARRIERS, count);
        for (int i = 0; i < count; i++) {
            long record = records.shared().size() + (long) i * records.m().size();
            records.m().put(control, record, MachineField.SHARED, control.address());
            records.m().put(control, record, MachineField.BUDGET, SchedulerCode.PERIOD);
            records.m().put(control, record, MachineField.TRAMPOLINE, primitives.address(Primitive.ASYNC_PREEMPT));
            records.m().put(control, record, MachineField.ENVIRONMENT, 0);
            machines.add(control.address() + record);
        }
    }

    private Body compile(Consumer<GoroutineAssembler> body) {
        return compiler.compile(null, "body", body, false);
    }

    private Goroutine go(Body body, long... arguments) {
        Goroutine goroutine = goroutines.create(null, body, code, arguments);
        notes.getAndAddLong(LIVE, 1);
        process.call(code.address("push_global"), goroutine.address(), control.address());
        return goroutine;
    }

    private List<Long> start() {
        return machines.stream()
                .map(machine -> process.start(carry.address(), machine))
                .toList();
    }

    private void run() {
        start().forEach(process::join);
        assertThat(notes.getLong(STOPPED))
                .as("carriers that found all as they left it, to the end")
                .isEqualTo(machines.size());
        assertThat(notes.getLong(LIVE)).as("goroutines left").isZero();
        assertThat(notes.getLong(ENDED)).as("goroutines that ended").isEqualTo(goroutines.created());
    }

    private long statistic(MachineField field) {
        return machines.stream()
                .mapToLong(machine -> records.m().get(control, machine - control.address(), field))
                .sum();
    }

    // spotless:off
    /** Emits what a carrier's thread does: {@code carry(M)}. */
    private CodeBlob carry() {
        Assembler a = new Assembler();
        Label next = a.label("next");
        Label exited = a.label("exited");
        Label stopped = a.label("stopped");
        Label out = a.label("out");
        a.symbol("carry");
        a.push(rbx);
        a.push(rsi);
        a.push(rdi);
        a.sub(rsp, 32);
        a.mov(rbx, rcx);
        a.mov(rsi, notes.address());
        a.mov(rdi, 0x5151);
        a.movq(xmm6, rdi);
        a.bind(next);
        a.mov(rcx, notes.address() + ENVIRONMENT)            .because("what stands for JNI here");
        a.mov(rdx, rbx);
        a.call(a.external("enter"));
        a.movq(rcx, xmm6);
        a.cmp(rcx, 0x5151)                            .because("enter keeps what calls preserve");
        a.jne(out);
        a.cmp(rdi, 0x5151);
        a.jne(out);
        jumpIfOutOfBounds(a, out);
        a.cmp(eax, SchedulerCode.EXITED);
        a.je(exited);
        a.cmp(eax, SchedulerCode.STOPPED);
        a.je(stopped);
        a.mov(rcx, rbx);
        a.call(a.external("wait_for_work"));
        a.cmp(rdi, 0x5151);
        a.je(next);
        a.jmp(out);
        a.bind(stopped);
        a.lock().inc(qword(rsi, STOPPED));
        a.jmp(out);
        a.bind(exited);
        a.mov(records.m().at(rbx, MachineField.EXITED), 0);
        a.lock().inc(qword(rsi, ENDED));
        a.lock().dec(qword(rsi, LIVE));
        a.jnz(next);
        a.mov(rcx, records.m().at(rbx, MachineField.SHARED));
        a.mov(records.shared().at(rcx, SharedField.STOP), 1);
        a.call(a.external("wake_all"));
        a.jmp(next);
        a.bind(out);
        a.add(rsp, 32);
        a.pop(rdi);
        a.pop(rsi);
        a.pop(rbx);
        a.ret();
        return a.finish("carry");
    }

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

    /** A field of the thread block. */
    private static Mem.Qword bound(String name) {
        return Abi.WIN64.threadFields().stream()
                .filter(field -> field.name().equals(name))
                .map(Abi.WIN64::threadOperand)
                .findFirst()
                .orElseThrow();
    }

    /** Emits a jump for where RSP is outside the bounds in the thread block. */
    private static void jumpIfOutOfBounds(Assembler a, Label to) {
        a.cmp(rsp, bound("StackBase"));
        a.ja(to);
        a.cmp(rsp, bound("StackLimit"));
        a.jb(to);
    }
    // spotless:on

    @ParameterizedTest(name = "on {0} carriers")
    @ValueSource(ints = {1, 2})
    @Tag("S14")
    @Tag("S18")
    @Tag("S20")
    void switchesGoroutinesThatHoldEveryPreservedRegister(int carriers) {
        carriers(carriers);
        int yields = 2_000;
        // rdi = a number of its own; rsi = where it counts
        Body body = compile(a -> {
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
            go(body, 0x10_0000L * (i + 1), notes.address() + COUNTS + 8L * i);
        }
        run();
        assertThat(notes.getLong(WRONG)).as("registers that a yield changed").isZero();
        for (int i = 0; i < count; i++) {
            assertThat(notes.getLong(COUNTS + 8L * i)).isEqualTo(yields);
        }
        assertThat(statistic(MachineField.SWITCHES)).isGreaterThanOrEqualTo((long) count * yields / 2);
    }

    @Test
    @Tag("S18")
    void leavesTheGoroutinesStackWithTheBoundsOfTheThreadsOwn() throws InterruptedException {
        carriers(2);
        Body body = compile(a -> {
            Label again = a.here();
            a.lock().inc(qword(rdi));
            a.push(rdi);
            a.yield();
            a.pop(rdi);
            a.jmp(again);
        });
        for (int i = 0; i < 4; i++) {
            go(body, notes.address() + COUNTS);
        }
        List<Long> threads = start();
        while (notes.getLongVolatile(COUNTS) < 1_000) {
            process.requireAlive();
            Thread.sleep(1);
        }
        records.shared().put(control, 0, SharedField.STOP, 1);
        process.call(code.address("wake_all"), control.address());
        threads.forEach(process::join);
        assertThat(notes.getLong(STOPPED))
                .as("carriers that left in good order")
                .isEqualTo(2);
    }

    @Test
    void parksAndMakesReadyAcrossTwoCarriersThatWaitInTheKernel() {
        carriers(2);
        int rounds = 500;
        // parks, and counts how often it was made ready
        Body sleeper = compile(a -> {
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
        Goroutine sleeping = go(sleeper, notes.address() + COUNTS);
        // makes it ready, and yields until it has run
        Body waker = compile(a -> {
            a.mov(rbx, notes.address());
            a.xor(r12d, r12d);
            Label again = a.here();
            a.mov(rcx, sleeping.address());
            a.mov(rdx, control.address());
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
        go(waker);
        run();
        assertThat(notes.getLong(COUNTS)).isEqualTo(rounds);
        assertThat(notes.getLong(WRONG)).as("registers that a call changed").isZero();
    }

    @Test
    @Tag("S31")
    @Tag("S38")
    @Tag("Sg")
    void reachesJavaByTheConventionOfWindowsOnTheThreadsOwnStack() {
        MappedCode jni = arena.map(jni());
        NativeMemory table = NativeMemory.allocate(memory, 4096);
        notes.putLong(ENVIRONMENT, table.address());
        table.putLong(JniFunction.CALL_LONG_METHOD_A.offset(), jni.address("call"));
        table.putLong(JniFunction.EXCEPTION_CHECK.offset(), jni.address("check"));
        carriers(1);
        records.shared().put(control, 0, SharedField.UPCALL_TARGET, 0x111);
        records.shared().put(control, 0, SharedField.UPCALL_METHOD, 0x222);
        Body body = compile(a -> {
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
        go(body);
        run();
        assertThat(notes.getLong(COUNTS)).as("sum of results").isEqualTo(100 * 42);
        assertThat(notes.getLong(WRONG))
                .as("arguments or bounds that were wrong")
                .isZero();
        assertThat(statistic(MachineField.UPCALLS)).isEqualTo(100);
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
        carriers(1);
        // waits for the flag, and never yields
        Body spins = compile(a -> {
            hold(a);
            Label again = a.here();
            a.mov(rax, notes.address());
            a.cmp(qword(rax, FLAG), 0);
            a.je(again);
            check(a);
        });
        Body sets = compile(a -> {
            a.mov(rax, notes.address());
            a.mov(qword(rax, FLAG), 1);
        });
        for (int i = 0; i < 3; i++) {
            go(spins, 0x10_0000L * (i + 1));
        }
        go(sets);
        long thread = start().get(0);
        RemoteSuspension suspension = new RemoteSuspension(process, windows, records.safePoint());
        int tries = 0;
        while (notes.getLongVolatile(FLAG) == 0) {
            assertThat(tries++).as("tries to preempt").isLessThan(5_000);
            suspension.preempt(thread, machines.get(0));
            process.requireAlive();
            Thread.sleep(1);
        }
        process.join(thread);
        assertThat(notes.getLong(ENDED)).isEqualTo(4);
        assertThat(notes.getLong(WRONG))
                .as("registers that a preemption changed")
                .isZero();
        assertThat(statistic(MachineField.PREEMPTIONS)).isGreaterThanOrEqualTo(3);
    }
}
