// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.RemoteWindows;
import io.trapeze.testkit.wine.WindowsProcess;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A scheduler of Windows in a process that Wine runs: its carriers are threads of that process, which wait by {@code WaitOnAddress}.
 * Java only lays out the records; what it does at a goroutine's end, machine code does here.
 */
final class WineScheduler implements AutoCloseable {
    private static final int CAPACITY = 64;
    /** Of {@link #notes}: how many goroutines have not ended. */
    private static final int LIVE = 0;
    /** How many have. */
    static final int ENDED = 8;
    /** What bodies found changed. */
    static final int WRONG = 16;
    /** For bodies to wait for. */
    static final int FLAG = 24;
    /** Carriers that left in good order. */
    static final int STOPPED = 32;
    /** For bodies to count in. */
    static final int COUNTS = 64;
    /** What stands for a JNI environment. */
    static final int ENVIRONMENT = 2048;

    final WindowsProcess process = WindowsProcess.start();
    final OperatingSystem memory = process.memory();
    final OperatingSystem windows = RemoteWindows.of(process);
    final Records records = Records.of(Abi.WIN64);
    final CodeArena arena = CodeArena.open(memory, 1 << 20);
    private final GoroutineTable goroutines = GoroutineTable.open(memory, records, CAPACITY, 60 * 1024, SaveSet.SSE);
    final NativeMemory control = NativeMemory.allocate(memory, 8192);
    final NativeMemory notes = NativeMemory.allocate(memory, 4096);
    private final MappedPrimitives primitives = MappedPrimitives.map(arena, Abi.WIN64, SaveSet.SSE);
    final MappedCode code =
            arena.map(SchedulerCode.emit(records, windows.threadCalls(), goroutines.slotSize()), primitives.symbols());
    private final BodyCompiler compiler = new BodyCompiler(records, goroutines.slotSize(), arena, code);
    private final MappedCode carry = arena.map(carry(), code.symbols());
    final List<Long> machines = new ArrayList<>();

    /** Lays out the records of so many carriers. */
    void carriers(int count) {
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

    /** Compiles a body that calls no Java at its end. */
    Body compile(Consumer<GoroutineAssembler> body) {
        return compiler.compile(null, "body", body, false);
    }

    /** Makes a goroutine, and queues it where all carriers look. */
    Goroutine go(Body body, long... arguments) {
        Goroutine goroutine = goroutines.create(null, body, code, arguments);
        notes.getAndAddLong(LIVE, 1);
        process.call(code.address("push_global"), goroutine.address(), control.address());
        return goroutine;
    }

    /** Starts the carriers' threads. */
    List<Long> start() {
        return machines.stream()
                .map(machine -> process.start(carry.address(), machine))
                .toList();
    }

    /** Runs all goroutines to their ends, and checks that the carriers kept what calls preserve. */
    void run() {
        start().forEach(process::join);
        assertThat(notes.getLong(STOPPED))
                .as("carriers that found all as they left it, to the end")
                .isEqualTo(machines.size());
        assertThat(notes.getLong(LIVE)).as("goroutines left").isZero();
        assertThat(notes.getLong(ENDED)).as("goroutines that ended").isEqualTo(goroutines.created());
    }

    /** Sums what all carriers counted. */
    long statistic(MachineField field) {
        return machines.stream()
                .mapToLong(machine -> records.m().get(control, machine - control.address(), field))
                .sum();
    }

    @Override
    public void close() {
        process.close();
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

    /** A field of the thread block. */
    static Mem.Qword bound(String name) {
        return Abi.WIN64.threadFields().stream()
                .filter(field -> field.name().equals(name))
                .map(Abi.WIN64::threadOperand)
                .findFirst()
                .orElseThrow();
    }

    /** Emits a jump for where RSP is outside the bounds in the thread block. */
    static void jumpIfOutOfBounds(Assembler a, Label to) {
        a.cmp(rsp, bound("StackBase"));
        a.ja(to);
        a.cmp(rsp, bound("StackLimit"));
        a.jb(to);
    }
    // spotless:on
}
