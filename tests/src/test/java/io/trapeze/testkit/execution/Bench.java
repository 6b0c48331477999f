// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import io.trapeze.emitter.operand.Segment;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.host.Host;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a process needs to run primitives of any number of ABIs, one after the other: memory, stacks, Gobufs, and a probe for
 * each segment.
 */
record Bench(
        OperatingSystem os,
        CodeArena arena,
        ProbeMemory memory,
        Stacks stacks,
        NativeMemory gobufs,
        SaveSet widest,
        Map<Segment, Probe> probes) {

    static Bench open() {
        OperatingSystem os = OperatingSystem.current();
        CodeArena arena = CodeArena.open(os, 4 << 20);
        ProbeMemory memory = ProbeMemory.allocate(os);
        SaveSet widest = widestHere();
        Map<Segment, Probe> probes = new EnumMap<>(Segment.class);
        for (Segment segment : Segment.values()) {
            if (segment == Segment.NONE || segment == Segment.FS || segment == Segment.GS) {
                probes.put(segment, new Probe(arena, memory, widest, segment));
            }
        }
        return new Bench(os, arena, memory, new Stacks(os), NativeMemory.allocate(os, 16 * 1024), widest, probes);
    }

    /** The widest save set of this processor. */
    static SaveSet widestHere() {
        return SaveSet.widest(Host.detect().cpu().xcr0());
    }

    /** The probe for code of an ABI. */
    Probe probe(Abi abi) {
        return probes.get(abi.threadBlock().map(ThreadBlock::segment).orElse(Segment.NONE));
    }
}
