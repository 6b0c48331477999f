// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.Platform;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.Map;

/** Where code under test runs, with a value in every register. For one thread at a time. */
public interface Ground extends AutoCloseable {
    /**
     * Returns the one that is best here: a {@link Capsule} on Linux, {@link ThisProcess} elsewhere.
     *
     * @throws io.trapeze.runtime.os.UnsupportedHostException on another processor than x86-64, or a system that Trapeze refuses
     */
    static Ground open() {
        Platform.current().requireSupported();
        return Platform.current().isLinux() ? Capsule.open() : ThisProcess.open();
    }

    /** Whether code that crashes or hangs is told of, and single-stepped where that is asked for; else it takes the Java VM with it. */
    boolean survives();

    /** Returns all vector state that this processor has. */
    SaveSet widest();

    /** Returns what probes and Java share. */
    ProbeMemory memory();

    /** Returns 64 kilobytes for stacks and whatever else code under test needs. */
    NativeMemory high();

    /**
     * Returns the probe for code of an ABI, with the symbols {@code arrival} and {@code callee}.
     *
     * @throws io.trapeze.runtime.os.UnsupportedHostException if no thread block can be where the ABI has it
     */
    Placed probe(Abi abi);

    /**
     * Puts code where it can run.
     *
     * @param externals the address of each symbol that it does not define
     */
    Placed place(CodeBlob blob, Map<String, Long> externals);

    /** Returns a mark for {@link #forget}. */
    int mark();

    /** Takes away all code that was placed since a mark was taken. */
    void forget(int mark);

    /** Runs from {@code target} to the probe's arrival, with the registers of {@link ProbeMemory#entry}. */
    Outcome run(Abi abi, long target);

    /** Lets runs go on in another thread of the same process. */
    void hop();

    /**
     * Returns a program that does on its own what the last of some runs does, for a debugger: an ELF file with symbols.
     *
     * @param runs what calls {@link #run}, from this thread
     * @throws io.trapeze.runtime.os.UnsupportedHostException if this is no {@link Capsule}
     */
    byte[] program(Runnable runs);

    /** Gives back what it takes. */
    @Override
    void close();
}
