// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.runtime.host.Host;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.Platform;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.Map;

/** Where code under test runs, with a value in every register. For one thread at a time; not to be used once it is closed. */
public abstract sealed class Ground implements AutoCloseable permits Capsule, ThisProcess {
    private final ProbeMemory memory;
    private final NativeMemory high;
    private final CodeSpace code;
    private final SaveSet widest = SaveSet.widest(Host.detect().cpu().xcr0());

    /**
     * Places the probes.
     *
     * @param host the convention by which they are entered
     */
    Ground(ProbeMemory memory, NativeMemory high, CodeSpace code, Abi host) {
        this.memory = memory;
        this.high = high;
        this.code = code;
        code.placeProbes(host, widest, memory);
    }

    /**
     * Returns the one that is best here: a {@link Capsule} on Linux, {@link ThisProcess} elsewhere.
     *
     * @throws io.trapeze.runtime.os.UnsupportedHostException on another processor than x86-64, or a system that Trapeze refuses
     */
    public static Ground open() {
        Platform.current().requireSupported();
        return Platform.current().isLinux() ? Capsule.open() : ThisProcess.open();
    }

    /** Whether code runs step by step where that is asked for, so that what interrupts it finds all in order. */
    public abstract boolean steps();

    /** Returns all vector state that this processor has. */
    public final SaveSet widest() {
        return widest;
    }

    /** Returns what probes and Java share. */
    public final ProbeMemory memory() {
        return memory;
    }

    /** Returns 64 kilobytes for stacks and whatever else code under test needs. */
    public final NativeMemory high() {
        return high;
    }

    /** Returns where code lies. */
    final CodeSpace code() {
        return code;
    }

    /**
     * Returns the probe for code of an ABI, with the symbols {@code arrival} and {@code callee}.
     *
     * @throws io.trapeze.runtime.os.UnsupportedHostException if no thread block can be where the ABI has it
     */
    public final Placed probe(Abi abi) {
        return code.probe(abi);
    }

    /**
     * Puts code where it can run.
     *
     * @param externals the address of each symbol that it does not define
     * @throws io.trapeze.runtime.code.LinkException if there is another one
     * @throws IllegalStateException if there is no room
     */
    public final Placed place(CodeBlob blob, Map<String, Long> externals) {
        return code.place(blob, externals);
    }

    /** Returns a mark for {@link #forget}. */
    public final int mark() {
        return code.mark();
    }

    /** Takes away all code that was placed since a mark was taken. */
    public final void forget(int mark) {
        code.forget(mark);
    }

    /** Runs from {@code target} to the probe's arrival, with the registers of {@link ProbeMemory#entry}. */
    public abstract Outcome run(Abi abi, long target);

    /** Lets runs go on in another thread of the same process. */
    public abstract void hop();

    /**
     * Returns a program that does on its own what the last of some runs does, for a debugger: an ELF file with symbols.
     *
     * @param runs what calls {@link #run}, from this thread
     * @throws io.trapeze.runtime.os.UnsupportedHostException if this is no {@link Capsule}
     */
    public abstract byte[] program(Runnable runs);

    /** Gives back what it takes; again does nothing. */
    @Override
    public abstract void close();
}
