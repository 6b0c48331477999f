// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import io.trapeze.emitter.operand.Segment;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.host.Host;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.testkit.capsule.Probe;
import io.trapeze.testkit.capsule.ProbeMemory;
import io.trapeze.testkit.check.Stacks;
import io.trapeze.testkit.check.World;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What this process needs to run primitives of any number of ABIs itself, one after the other: where handlers of signals of its
 * own take part.
 */
record Bench(OperatingSystem os, CodeArena arena, World world, SaveSet widest, Map<Segment, MappedCode> probes) {

    static Bench open() {
        OperatingSystem os = OperatingSystem.current();
        CodeArena arena = CodeArena.open(os, 4 << 20);
        ProbeMemory memory = ProbeMemory.allocate(os);
        SaveSet widest = widestHere();
        Map<Segment, MappedCode> probes = new EnumMap<>(Segment.class);
        for (Segment segment : List.of(Segment.NONE, Segment.FS, Segment.GS)) {
            probes.put(segment, arena.map(new Probe(memory, widest, segment).emit()));
        }
        Stacks stacks = new Stacks(NativeMemory.allocate(os, Stacks.BYTES));
        World world = new World(memory, stacks, NativeMemory.allocate(os, World.GOBUF_BYTES));
        return new Bench(os, arena, world, widest, probes);
    }

    /** The widest save set of this processor. */
    static SaveSet widestHere() {
        return SaveSet.widest(Host.detect().cpu().xcr0());
    }

    /** The probe for code of an ABI. */
    MappedCode probe(Abi abi) {
        return probes.get(abi.threadBlock().map(ThreadBlock::segment).orElse(Segment.NONE));
    }
}
