// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import io.trapeze.emitter.operand.Segment;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.host.Host;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.Platform;
import io.trapeze.runtime.os.UnsupportedHostException;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Runs code under test in this process, where a {@link Capsule} can't: functions of its libraries, and code that is to meet its signal
 * handlers. Code that crashes takes the Java VM with it. For one thread.
 *
 * @param os this one
 * @param arena for code under test; it and the probes live as long as the process
 * @param memory what probes and Java share
 * @param widest all vector state that this processor has
 * @param probes by the segment of the thread block
 */
public record ThisProcess(
        OperatingSystem os, CodeArena arena, ProbeMemory memory, SaveSet widest, Map<Segment, MappedCode> probes) {
    private static final int ARENA_BYTES = 4 << 20;

    /**
     * Makes the probes ready.
     *
     * @throws UnsupportedHostException if this is not Linux on x86-64
     */
    public static ThisProcess open() {
        Platform.current().requireSupported();
        if (!Platform.current().isLinux()) {
            throw new UnsupportedHostException("system for probes", "Linux on x86-64");
        }
        OperatingSystem os = OperatingSystem.current();
        CodeArena arena = CodeArena.open(os, ARENA_BYTES);
        ProbeMemory memory = ProbeMemory.allocate(os);
        SaveSet widest = SaveSet.widest(Host.detect().cpu().xcr0());
        Map<Segment, MappedCode> probes = new EnumMap<>(Segment.class);
        for (Segment segment : List.of(Segment.NONE, Segment.FS, Segment.GS)) {
            probes.put(segment, arena.map(new Probe(memory, widest, segment).emit()));
        }
        return new ThisProcess(os, arena, memory, widest, probes);
    }

    /** Returns the probe for code of an ABI, with the symbols {@code arrival} and {@code callee}. */
    public MappedCode probe(Abi abi) {
        return probes.get(abi.threadBlock().map(ThreadBlock::segment).orElse(Segment.NONE));
    }

    /** Runs from {@code target} to the probe's arrival, with the registers of {@link ProbeMemory#entry}. */
    public void run(Abi abi, long target) {
        memory.aim(target);
        probe(abi).function("enter").call();
    }
}
