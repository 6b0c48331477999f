// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.switches;

import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.bench.sampling.Measure;
import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.sched.MappedPrimitives;
import io.trapeze.trampolines.Primitive;
import java.util.Map;

/** Calls of {@code systemstack} with a thunk that adds one to its argument on another stack. */
final class StackSwitch implements Measure, AutoCloseable {
    private static final int STACK_BYTES = 16 * 1024;

    private final NativeMemory stack;
    private final MappedCode code;
    private final NativeFunction drive;

    private StackSwitch(NativeMemory stack, MappedCode code) {
        this.stack = stack;
        this.code = code;
        this.drive = code.function("drive");
    }

    static StackSwitch open(OperatingSystem os, CodeArena arena, MappedPrimitives primitives) {
        MappedCode code = arena.map(emit(), Map.of("systemstack", primitives.address(Primitive.SYSTEMSTACK)));
        return new StackSwitch(NativeMemory.allocate(os, STACK_BYTES), code);
    }

    /* drive(times, sp)   in: rdi, rsi; by the rules of C; out: rax = what times calls of the thunk have added up to */
    // spotless:off
    private static CodeBlob emit() {
        Assembler a = new Assembler();
        Label thunk = a.label("thunk");
        a.symbol("drive");
        a.push(rbx);
        a.push(r12);
        a.sub(rsp, 8)   .because("a multiple of 16 again");
        a.mov(rbx, rdi);
        a.mov(r12, rsi);
        a.xor(eax, eax) .because("the sum");
        a.align(16);
        Label again = a.here();
        a.mov(rdi, r12);
        a.mov(rsi, rax);
        a.lea(rdx, ptr(thunk));
        a.call(a.external("systemstack"));
        a.dec(rbx);
        a.jnz(again);
        a.add(rsp, 8);
        a.pop(r12);
        a.pop(rbx);
        a.ret();
        a.align(16);
        a.symbol("thunk", thunk);
        a.bind(thunk);
        a.lea(rax, ptr(rdi, 1));
        a.ret();
        return a.finish("stack-switch");
    }
    // spotless:on

    @Override
    public Elapsed take(long times) {
        long start = System.nanoTime();
        long sum = drive.call(times, stack.address() + stack.size());
        long nanos = System.nanoTime() - start;
        if (sum != times) {
            throw new IllegalStateException("the thunk ran " + sum + " times instead of " + times);
        }
        return new Elapsed(nanos, times);
    }

    @Override
    public void close() {
        code.close();
        stack.close();
    }
}
