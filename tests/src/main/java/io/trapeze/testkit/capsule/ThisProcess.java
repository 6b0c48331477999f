// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.Platform;
import io.trapeze.runtime.os.Protection;
import io.trapeze.runtime.os.UnsupportedHostException;
import io.trapeze.trampolines.abi.Abi;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongConsumer;

/**
 * Runs code under test in this process, where a {@link Capsule} can't: functions of its libraries, and any code on other systems than
 * Linux. Code that crashes takes the Java VM with it. For one thread.
 */
public final class ThisProcess extends Ground {
    private static final int DATA_BYTES = ProbeMemory.BYTES;
    private static final int CODE_BYTES = 256 * 1024;

    private final Space space;
    private final LongConsumer caller;
    private final ExecutorService elsewhere;
    private boolean hopped;

    /** The memory: the probes' with the code's behind it, and stacks between pages that nobody may touch. */
    private record Space(OperatingSystem os, NativeMemory data, NativeMemory code, GuardedMemory high) {
        static Space map(OperatingSystem os) {
            long address = os.mapCode(DATA_BYTES + CODE_BYTES);
            NativeMemory data =
                    NativeMemory.over(address, DATA_BYTES, () -> os.unmap(address, DATA_BYTES + CODE_BYTES));
            NativeMemory code = NativeMemory.over(address + DATA_BYTES, CODE_BYTES, () -> {});
            try {
                return new Space(os, data, code, GuardedMemory.allocate(os, SharedMemory.HIGH_BYTES));
            } catch (RuntimeException e) {
                data.close();
                throw e;
            }
        }

        void write(int at, byte[] bytes) {
            os.protect(code.address(), CODE_BYTES, Protection.READ_WRITE);
            code.putBytes(at, bytes);
            os.protect(code.address(), CODE_BYTES, Protection.READ_EXECUTE);
            os.publishCode(code.address(), CODE_BYTES);
        }

        void close() {
            data.close();
            high.close();
        }
    }

    private ThisProcess(Space space, Abi host, ThreadBlocks blocks, LongConsumer caller) {
        super(
                new ProbeMemory(space.data()),
                space.high().inner(),
                new CodeSpace(space.code().address(), CODE_BYTES, space::write, blocks),
                host);
        this.space = space;
        this.caller = caller;
        this.elsewhere = Executors.newSingleThreadExecutor(runnable -> {
            Thread thread = new Thread(runnable, "trapeze-probe");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Makes the probes ready.
     *
     * @throws UnsupportedHostException on another processor than x86-64, or a system that Trapeze refuses
     */
    public static ThisProcess open() {
        Platform.current().requireSupported();
        OperatingSystem os = OperatingSystem.current();
        return open(os, os.abi(), ThreadBlocks.here(), ThisProcess::call);
    }

    /**
     * Makes probes ready as a system would have them.
     *
     * @param host the convention by which {@code caller} calls
     * @param caller calls code at an address
     */
    static ThisProcess open(OperatingSystem os, Abi host, ThreadBlocks blocks, LongConsumer caller) {
        Space space = Space.map(os);
        try {
            return new ThisProcess(space, host, blocks, caller);
        } catch (RuntimeException e) {
            space.close();
            throw e;
        }
    }

    static void call(long address) {
        NativeFunction.at(address).call();
    }

    /** Returns the system whose memory it is. */
    public OperatingSystem os() {
        return space.os();
    }

    @Override
    public boolean steps() {
        return false;
    }

    @Override
    public Outcome run(Abi abi, long target) {
        memory().aim(target);
        long enter = probe(abi).address("enter");
        if (hopped) {
            CompletableFuture.runAsync(() -> caller.accept(enter), elsewhere).join();
        } else {
            caller.accept(enter);
        }
        return new Outcome.Finished();
    }

    @Override
    public void hop() {
        hopped = !hopped;
    }

    @Override
    public byte[] program(Runnable runs) {
        throw new UnsupportedHostException("system for programs that debuggers open", "Linux on x86-64");
    }

    @Override
    public void close() {
        elsewhere.shutdown();
        space.close();
    }
}
