// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.wine;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.Gogo;
import io.trapeze.trampolines.Mcall;
import io.trapeze.trampolines.SwitchState;
import io.trapeze.trampolines.SystemStack;
import io.trapeze.trampolines.abi.Abi;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Calls C functions of a Windows process on a goroutine's stack: {@code gogo} leads there, {@code mcall} back. The stack is Windows'
 * own memory: its lowest page is not committed.
 *
 * <p>Each runs in a thread of its own, whose stack lies above the goroutine's: Wine has exception handlers of its own on a thread's
 * stack, on a list in the thread block, and takes those for inner ones that lie below the frame it looks at (Windows on x86-64 has no
 * such list).
 */
public final class Excursion {
    static final int STACK = 64 * 1024;
    private static final int PAGE = 4096;

    private static final int MEM_COMMIT = 0x1000;
    private static final int MEM_RESERVE = 0x2000;
    private static final int PAGE_READWRITE = 4;

    private static final int SCHED = 0;
    private static final int G0 = 1024;
    /** Function, four arguments, result. */
    private static final int CALL = 2048;

    private static final int RESULT = CALL + 40;
    private static final int BOUNDS_BEFORE = 2560;
    private static final int BOUNDS_AFTER = BOUNDS_BEFORE + 64;

    private final WindowsProcess process;
    private final NativeMemory memory;
    private final Gobuf gobuf = Gobuf.of(Abi.WIN64);
    private final MappedCode code;
    private final long stack;

    /** Maps the code, and has the process allocate the stack. */
    public Excursion(WindowsProcess process) {
        this.process = process;
        this.memory = NativeMemory.allocate(process.memory(), PAGE);
        CodeArena arena = CodeArena.open(process.memory(), 1 << 16);
        Map<String, Long> primitives = new LinkedHashMap<>();
        primitives.put("gogo", arena.map(Gogo.emit(Abi.WIN64)).address());
        primitives.put("mcall", arena.map(Mcall.emit(Abi.WIN64)).address());
        primitives.put("systemstack", arena.map(SystemStack.emit(Abi.WIN64)).address());
        Assembler a = new Assembler();
        emit(a);
        this.code = arena.map(a.finish("excursion"), primitives);
        this.stack = process.kernel("VirtualAlloc", 0, STACK, MEM_RESERVE, PAGE_READWRITE);
        if (process.kernel("VirtualAlloc", stack + PAGE, STACK - PAGE, MEM_COMMIT, PAGE_READWRITE) == 0) {
            throw new IllegalStateException("no stack");
        }
    }

    /** Lowest usable address of the goroutine's stack. */
    public long low() {
        return stack + PAGE;
    }

    /** Address just above it. */
    public long high() {
        return stack + STACK;
    }

    /** Calls a function on the goroutine's stack. */
    public long onGoroutine(long function, long... arguments) {
        return run("body", function, arguments);
    }

    /** Calls a function on the thread's own stack, by {@code systemstack} from the goroutine's. */
    public long onG0FromGoroutine(long function, long... arguments) {
        return run("body_on_g0", function, arguments);
    }

    private long run(String body, long function, long... arguments) {
        prepare(body, function, arguments);
        return finish(process.start(code.address("excursion"), 0));
    }

    /** As {@link #onGoroutine}, but does not wait; returns the thread's handle, for {@link #finish}. */
    public long startOnGoroutine(long function, long... arguments) {
        prepare("body", function, arguments);
        return process.start(code.address("excursion"), 0);
    }

    /** Waits for the function to return, and returns its result. */
    public long finish(long thread) {
        process.join(thread);
        String before = ThreadBounds.text(memory, BOUNDS_BEFORE);
        String after = ThreadBounds.text(memory, BOUNDS_AFTER);
        if (!before.equals(after)) {
            throw new AssertionError("the thread's own bounds were " + before + " and are " + after);
        }
        if (Long.compareUnsigned(memory.getLong(BOUNDS_BEFORE + 8), high()) < 0) {
            throw new IllegalStateException("the thread's stack lies below the goroutine's: " + before);
        }
        return memory.getLong(RESULT);
    }

    /** As {@link #onGoroutine}, but the thread block keeps the bounds of the thread's own stack. Returns how the process ended. */
    String onGoroutineWithStaleBounds(long function, long... arguments) {
        prepare("body", function, arguments);
        try {
            process.join(process.start(code.address("excursion_with_stale_bounds"), 0));
            return "went on";
        } catch (IllegalStateException ended) {
            return ended.getMessage();
        }
    }

    private void prepare(String body, long function, long... arguments) {
        memory.putLong(CALL, function);
        for (int i = 0; i < arguments.length; i++) {
            memory.putLong(CALL + 8L * (i + 1), arguments[i]);
        }
        memory.putLong(SCHED + Gobuf.SP, high() - 72); // as after a call, with home space
        memory.putLong(SCHED + Gobuf.PC, code.address(body));
        memory.putInt(SCHED + gobuf.mxcsrOffset(), 0x1F80);
        memory.putInt(SCHED + gobuf.x87Offset(), 0x037F);
        ThreadBounds.put(memory, SCHED + gobuf.offset(ThreadBounds.FIELDS.get(0)), high(), low(), stack, 0);
    }

    // spotless:off
    private void emit(Assembler a) {
        Label back = a.label("back");
        Label returned = a.label("returned");
        Label call = a.label("call");

        Label excursion = a.label("excursion");
        a.symbol("excursion_with_stale_bounds");
        a.mov(rdx, memory.address());
        ThreadBounds.store(a, rdx, SCHED + gobuf.offset(ThreadBounds.FIELDS.get(0)), rax);

        a.symbol("excursion", excursion);
        a.bind(excursion);
        a.mov(rdx, memory.address());
        ThreadBounds.store(a, rdx, BOUNDS_BEFORE, rax);
        a.mov(rdx, memory.address() + G0);
        a.mov(gobuf.sp(rdx), rsp)            .because("where the return address is");
        a.lea(rax, ptr(returned));
        a.mov(gobuf.pc(rdx), rax);
        SwitchState.of(Abi.WIN64).save(a, rdx, rax);
        a.mov(rcx, memory.address() + SCHED);
        a.jmp(a.external("gogo"));
        a.bind(returned);
        a.mov(rdx, memory.address());
        ThreadBounds.store(a, rdx, BOUNDS_AFTER, rax);
        a.ret();

        a.symbol("body");
        a.sub(rsp, 40);
        a.call(call);
        leave(a, back);

        a.symbol("body_on_g0");
        a.sub(rsp, 40);
        a.mov(r9, memory.address() + G0);
        a.mov(rcx, gobuf.sp(r9));
        a.lea(r8, ptr(call));
        a.call(a.external("systemstack"));
        leave(a, back);

        a.bind(call);
        a.sub(rsp, 40);
        a.mov(rax, memory.address() + CALL);
        a.mov(rcx, qword(rax, 8));
        a.mov(rdx, qword(rax, 16));
        a.mov(r8, qword(rax, 24));
        a.mov(r9, qword(rax, 32));
        a.call(qword(rax));
        a.mov(rcx, memory.address() + RESULT);
        a.mov(qword(rcx), rax);
        a.add(rsp, 40);
        a.ret();

        a.bind(back);
        a.mov(rcx, memory.address() + G0);
        a.jmp(a.external("gogo"));
    }

    private void leave(Assembler a, Label back) {
        a.mov(rdx, memory.address() + SCHED);
        a.mov(r8, memory.address() + G0);
        a.lea(r9, ptr(back));
        a.call(a.external("mcall"));
        a.ud2();
    }
    // spotless:on
}
