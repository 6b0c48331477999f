// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.Segment;
import io.trapeze.emitter.text.Source;
import io.trapeze.emitter.text.TextAssembler;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.testkit.capsule.Ground;
import io.trapeze.testkit.capsule.GuardedMemory;
import io.trapeze.testkit.capsule.ThisProcess;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;

/**
 * A function that can be called with a value in every register, and is held to what a convention asks of callees. It may write its
 * frame, what the convention reserves for it above its return address, and whatever its arguments point to.
 *
 * <p>What is given as code runs in a process of its own, which ends with this one if it is not closed before; on other systems than Linux
 * it runs in this one. Threads take turns.
 */
public final class Callee implements AutoCloseable {
    /** What code may take of the stack, and what a function of this process gets. */
    private static final int FRAME = 4096;

    private static final int DEEP = 512 * 1024;

    private final Runner runner;
    private final FunctionCall call;
    private final Runnable release;

    private Callee(Runner runner, FunctionCall call, Runnable release) {
        this.runner = runner;
        this.call = call;
        this.release = release;
    }

    /**
     * Takes machine code that begins with the function and needs nothing else.
     *
     * @throws IllegalArgumentException if there is none
     * @throws io.trapeze.runtime.os.UnsupportedHostException on another processor than x86-64, or a system that Trapeze refuses
     */
    public static Callee of(byte[] code, Abi abi) {
        return of(CodeBlob.disassemble("code", code, 0, Map.of("code", 0)), "code", abi);
    }

    /**
     * Takes a function of a blob. Whatever it refers to outside itself is a function that keeps the convention and changes all
     * that it may.
     *
     * @throws IllegalArgumentException if the blob has no such symbol, or no code there
     * @throws io.trapeze.runtime.os.UnsupportedHostException on another processor than x86-64, or a system that Trapeze refuses
     */
    public static Callee of(CodeBlob code, String symbol, Abi abi) {
        FunctionCall.requireCode(code, symbol); // refused before a process is started
        Runner runner = Runner.on(Ground.open());
        try {
            return new Callee(runner, FunctionCall.place(runner, code, symbol, abi, FRAME), runner::close);
        } catch (RuntimeException e) {
            runner.close();
            throw e;
        }
    }

    /**
     * Assembles a file in Intel syntax and takes a function of it.
     *
     * @throws io.trapeze.emitter.text.SourceException if it can't be assembled
     * @throws UncheckedIOException if it can't be read
     * @throws io.trapeze.runtime.os.UnsupportedHostException on another processor than x86-64, or a system that Trapeze refuses
     */
    public static Callee of(Path source, String symbol, Abi abi) {
        try {
            return of(TextAssembler.blob(Source.read(source)), symbol, abi);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "can't read " + source.toAbsolutePath() + ": name a file from where the tests run", e);
        }
    }

    /**
     * Takes a function of this process, by its address: one of a library, or code that is in place already. It is called in this
     * process, on a stack of half a megabyte between a guard page and random bytes; if it crashes, the Java VM does. It must not call Java back,
     * nor unwind the stack further than to itself; on Windows it must not raise exceptions, since the thread block has bounds of no stack meanwhile.
     *
     * @param name for messages
     * @throws io.trapeze.runtime.os.UnsupportedHostException on another processor than x86-64, or a system that Trapeze refuses
     * @throws IllegalArgumentException if the convention has a thread block behind {@code fs}, where the C library has its own
     */
    public static Callee at(long address, String name, Abi abi) {
        if (abi.threadBlock()
                .map(ThreadBlock::segment)
                .filter(Segment.FS::equals)
                .isPresent()) {
            throw new IllegalArgumentException("can't call a function of ABI '" + abi.name()
                    + "' in this process: its thread block is behind fs, where the C library has its own. Test its code"
                    + " instead, which runs in a process without one");
        }
        ThisProcess process = ThisProcess.open();
        try {
            process.probe(abi); // refused now rather than at the first call
            GuardedMemory stack = GuardedMemory.allocate(process.os(), DEEP + Stacks.BYTES);
            Stacks stacks = new Stacks(NativeMemory.over(stack.inner().address() + DEEP, Stacks.BYTES, () -> {}));
            Runner here = new Runner(process, new World(process.memory(), stacks, process.high()));
            return new Callee(here, new FunctionCall(here, name, address, abi, DEEP, false), () -> {
                process.close();
                stack.close();
            });
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
    }

    /**
     * Returns 4 kilobytes for arguments to point to; they are the function's and the test's alone, until this is closed. Nothing is mapped
     * behind them.
     */
    public NativeMemory memory() {
        return runner.world().lent();
    }

    /**
     * Calls it.
     *
     * @param before the registers; RSP, arguments, pinned and zero registers, and flags that the convention has clear are set as it asks, and
     *     floating-point exceptions are masked
     * @param arguments integers and addresses, in the convention's places
     */
    public synchronized Called call(RegisterState before, long... arguments) {
        Objects.requireNonNull(before, "before");
        Objects.requireNonNull(arguments, "arguments");
        try {
            return call.call(before, Set.of(), new Random(before.hashCode()), arguments);
        } catch (StoppedRun e) {
            return call.stopped(e);
        }
    }

    /** Gives back what it takes: a process, or memory of this one. */
    @Override
    public synchronized void close() {
        release.run();
    }
}
