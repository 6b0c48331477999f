// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.direct;

import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.rsp;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.host.Host;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.sched.MappedPrimitives;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.SwitchState;
import io.trapeze.trampolines.abi.Abi;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Calls the primitives of the host's ABI from Java, one at a time and with nothing around them.
 *
 * <p>{@link #run} is the way in: it records where the calling thread stands as {@link #g0}, and resumes a context by
 * {@code gogo}. Code that was resumed comes back by {@code mcall(g, sched, g0, back)}: the context {@code sched} holds it then,
 * and {@code run} returns. Such code is linked by {@link #map} and finds there the symbols {@code gogo}, {@code mcall},
 * {@code systemstack} and {@code back}.
 *
 * <pre>{@code
 * a.mov(rdi, 1);                       // g: what run() returns
 * a.mov(rsi, context.address());       // where this code is kept
 * a.mov(rdx, runner.g0().address());   // where to go
 * a.lea(rcx, ptr(a.external("back"))); // what to do there: return from run()
 * a.call(a.external("mcall"));
 * }</pre>
 *
 * <p>One thread at a time can run a context; each thread that wants to takes a runner of its own. No Java may be called from
 * resumed code: that is what a {@link io.trapeze.runtime.sched.Scheduler} is for.
 */
public final class ContextRunner implements AutoCloseable {
    private static final String BACK = "back";

    private final Abi abi;
    private final CodeArena arena;
    private final SavedContext g0;
    private final MappedPrimitives primitives;
    private final MappedCode entry;
    private final AtomicReference<Thread> runner = new AtomicReference<>();

    private ContextRunner(Abi abi, CodeArena arena, SavedContext g0) {
        this.abi = abi;
        this.arena = arena;
        this.g0 = g0;
        this.primitives = MappedPrimitives.map(arena, abi, SaveSet.SSE);
        this.entry = arena.map(entry(abi, g0.address()), Map.of(Primitive.GOGO.symbol(), address(Primitive.GOGO)));
    }

    /**
     * Emits and maps the primitives of an ABI.
     *
     * @throws IllegalArgumentException if this host's code follows another ABI
     * @throws io.trapeze.runtime.os.UnsupportedHostException if no code can run here
     */
    public static ContextRunner open(OperatingSystem os, Abi abi) {
        Abi host = Host.detect().abi();
        if (!abi.equals(host)) {
            throw new IllegalArgumentException(
                    "primitives of ABI '" + abi.name() + "' cannot be called here: this host's"
                            + " code follows '" + host.name() + "'. They can be emitted and read on any host, by"
                            + " Primitive.emit");
        }
        CodeArena arena = CodeArena.open(os, 1 << 20);
        SavedContext g0 = SavedContext.allocate(os, abi);
        try {
            return new ContextRunner(abi, arena, g0);
        } catch (RuntimeException refused) {
            g0.close();
            arena.close();
            throw refused;
        }
    }

    // spotless:off
    /*
     * run(gobuf, g0)   out: the g of whoever comes back; every preserved register as it was
     * back(g)          in: on g0's stack; returns from run
     */
    private static CodeBlob entry(Abi abi, long g0) {
        Assembler a = new Assembler();
        IndexReg gobuf = abi.integerArguments().get(0);
        IndexReg own = abi.integerArguments().get(1);
        IndexReg scratch = abi.scratch(1, 2).get(0);
        Gobuf layout = Gobuf.of(abi);
        Label returned = a.label("returned");

        a.symbol("run");
        a.mov(layout.sp(own), rsp)                 .because("the return address stays where it is: g0's stack begins below it");
        a.lea(scratch, ptr(returned));
        a.mov(layout.pc(own), scratch);
        SwitchState.of(abi).save(a, own, scratch);
        a.jmp(a.external(Primitive.GOGO.symbol())) .because("its argument is where it has to be");

        a.symbol(BACK);
        a.mov(scratch, g0);
        a.mov(qword(scratch, Gobuf.RET), gobuf);
        a.mov(gobuf, scratch);
        a.jmp(a.external(Primitive.GOGO.symbol()));

        a.bind(returned);
        a.mov(abi.result(), g0);
        a.mov(abi.result(), qword(abi.result(), Gobuf.RET));
        a.ret();
        return a.finish("context-runner");
    }
    // spotless:on

    /**
     * Returns the Gobuf of the stack that contexts are run from: to pass its address to {@code mcall} and {@code systemstack} in
     * resumed code. Its sp is set while {@link #run} is under way, and 0 otherwise.
     */
    public SavedContext g0() {
        return g0;
    }

    /** Returns the address of a primitive. The preemption trampoline is not among them: it needs a callee. */
    public long address(Primitive primitive) {
        return primitives.address(primitive);
    }

    /** Maps code that may refer to {@code gogo}, {@code mcall}, {@code systemstack} and {@code back}; it lives as long as this. */
    public MappedCode map(CodeBlob blob) {
        return arena.map(
                blob,
                Map.of(
                        Primitive.GOGO.symbol(),
                        address(Primitive.GOGO),
                        Primitive.MCALL.symbol(),
                        address(Primitive.MCALL),
                        Primitive.SYSTEMSTACK.symbol(),
                        address(Primitive.SYSTEMSTACK),
                        BACK,
                        entry.address(BACK)));
    }

    /**
     * Resumes a context, until it comes back.
     *
     * @return the g that was passed to the {@code mcall} that came back
     * @throws IllegalStateException if the context has no sp or no pc, or another thread runs one
     * @throws IllegalArgumentException if it has the layout of another ABI
     */
    public long run(SavedContext context) {
        requireLayout(context);
        requireSet(context.sp(), "sp", "set it to the top of a stack");
        requireSet(context.pc(), "pc", "set it to the address of mapped code");
        Thread other = runner.compareAndExchange(null, Thread.currentThread());
        if (other != null) {
            throw new IllegalStateException(
                    "thread '" + other.getName() + "' is running a context here: open another runner for this thread");
        }
        try {
            return entry.function("run").call(context.address(), g0.address());
        } finally {
            g0.sp(0).pc(0);
            runner.set(null);
        }
    }

    /**
     * Calls {@code mcall}: the calling thread's native state goes to {@code sched}, and {@code fn(sched.g())} runs on the stack of
     * {@code g0}. It comes back by {@code gogo(sched)}, which makes this return; it must not return itself.
     *
     * @param g0 with the sp of a stack that nothing else uses
     * @throws IllegalStateException if {@code g0} has no sp
     */
    public void mcall(SavedContext sched, SavedContext g0, NativeFunction fn) {
        requireLayout(sched);
        requireLayout(g0);
        requireInitialised(g0, "mcall");
        primitives.function(Primitive.MCALL).call(sched.g(), sched.address(), g0.address(), fn.address());
    }

    /**
     * Calls {@code systemstack}: {@code thunk(argument)} on the stack of {@code g0}. If that is {@link #g0()}, the calling thread
     * stands on it already, and the thunk is called as it is.
     *
     * @return the thunk's result
     * @throws IllegalStateException if {@code g0} is another one and has no sp
     */
    public long systemstack(SavedContext g0, long argument, NativeFunction thunk) {
        requireLayout(g0);
        if (g0 == this.g0) {
            return thunk.call(argument);
        }
        requireInitialised(g0, "systemstack");
        return primitives
                .function(Primitive.SYSTEMSTACK)
                .call(
                        g0.sp(),
                        argument,
                        thunk.address(),
                        g0.address()); // the last only where the ABI has a thread block
    }

    private void requireLayout(SavedContext context) {
        if (!context.abi().equals(abi)) {
            throw new IllegalArgumentException(
                    "a context of ABI '" + context.abi().name() + "' cannot be used by primitives of '" + abi.name()
                            + "': allocate one for that ABI");
        }
    }

    private static void requireSet(long value, String field, String next) {
        if (value == 0) {
            throw new IllegalStateException("the context has no " + field + ", so nothing can be resumed: " + next);
        }
    }

    private static void requireInitialised(SavedContext g0, String primitive) {
        if (g0.sp() == 0) {
            throw new IllegalStateException(primitive + " before g0 is initialised: its sp is 0. Set it to the top of a"
                    + " stack; that of the runner's own g0 is set while run() is under way");
        }
    }

    /** Gives all code back; no context may be running. Contexts made by others stay. */
    @Override
    public void close() {
        Thread running = runner.get();
        if (running != null) {
            throw new IllegalStateException(
                    "thread '" + running.getName() + "' is running a context: let it come back first");
        }
        arena.close();
        g0.close();
    }
}
