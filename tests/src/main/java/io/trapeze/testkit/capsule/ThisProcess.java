// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.host.Host;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.Platform;
import io.trapeze.runtime.os.Protection;
import io.trapeze.runtime.os.UnsupportedHostException;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongConsumer;

/**
 * Runs code under test in this process, where a {@link Capsule} can't: functions of its libraries, and any code on other systems than
 * Linux. Code that crashes takes the Java VM with it. For one thread.
 */
public final class ThisProcess implements Ground {
    private static final int DATA_BYTES = ProbeMemory.BYTES;
    private static final int CODE_BYTES = 256 * 1024;

    private final OperatingSystem os;
    private final long address;
    private final NativeMemory high;
    private final ProbeMemory memory;
    private final LongConsumer caller;
    private final SaveSet widest;
    private final CodeSpace code;
    private final ExecutorService elsewhere;
    private boolean hopped;

    /**
     * Makes probes ready as a system would have them.
     *
     * @param host the convention by which {@code caller} calls
     * @param caller calls code at an address
     */
    ThisProcess(OperatingSystem os, Abi host, ThreadBlocks blocks, LongConsumer caller) {
        this.os = os;
        this.caller = caller;
        this.address = os.mapCode(DATA_BYTES + CODE_BYTES);
        this.high = NativeMemory.allocate(os, SharedMemory.HIGH_BYTES);
        this.memory = new ProbeMemory(NativeMemory.over(address, DATA_BYTES, () -> {}));
        this.widest = SaveSet.widest(Host.detect().cpu().xcr0());
        this.code = new CodeSpace(address + DATA_BYTES, CODE_BYTES, this::write, blocks);
        this.elsewhere = Executors.newSingleThreadExecutor(runnable -> {
            Thread thread = new Thread(runnable, "trapeze-probe");
            thread.setDaemon(true);
            return thread;
        });
        code.placeProbes(host, widest, memory);
    }

    /**
     * Makes the probes ready.
     *
     * @throws UnsupportedHostException on another processor than x86-64, or a system that Trapeze refuses
     */
    public static ThisProcess open() {
        Platform.current().requireSupported();
        OperatingSystem os = OperatingSystem.current();
        return new ThisProcess(os, os.abi(), ThreadBlocks.of(os), ThisProcess::call);
    }

    static void call(long address) {
        NativeFunction.at(address).call();
    }

    private void write(int at, byte[] bytes) {
        long start = address + DATA_BYTES;
        os.protect(start, CODE_BYTES, Protection.READ_WRITE);
        NativeMemory.over(start, CODE_BYTES, () -> {}).putBytes(at, bytes);
        os.protect(start, CODE_BYTES, Protection.READ_EXECUTE);
        os.publishCode(start, CODE_BYTES);
    }

    /** Returns the system whose memory it is. */
    public OperatingSystem os() {
        return os;
    }

    @Override
    public boolean survives() {
        return false;
    }

    @Override
    public SaveSet widest() {
        return widest;
    }

    @Override
    public ProbeMemory memory() {
        return memory;
    }

    @Override
    public NativeMemory high() {
        return high;
    }

    @Override
    public Placed probe(Abi abi) {
        return code.probe(abi);
    }

    @Override
    public Placed place(CodeBlob blob, Map<String, Long> externals) {
        return code.place(blob, externals);
    }

    @Override
    public int mark() {
        return code.mark();
    }

    @Override
    public void forget(int mark) {
        code.forget(mark);
    }

    @Override
    public Outcome run(Abi abi, long target) {
        memory.aim(target);
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
        os.unmap(address, DATA_BYTES + CODE_BYTES);
        high.close();
    }
}
