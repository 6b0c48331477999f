// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.Segment;
import io.trapeze.runtime.code.Linker;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Memory that code runs in, and the code that is there: probes first, then code under test, one blob behind the other. */
final class CodeSpace {
    /** Behind code lie traps, and not what is left of other code: whoever runs off its end is to be found out. */
    private static final int TRAPS = 4096;

    private static final byte INT3 = (byte) 0xCC;

    private final long address;
    private final long bytes;
    private final Writer writer;
    private final ThreadBlocks blocks;
    private final Map<Segment, Placed> probes = new EnumMap<>(Segment.class);
    private final List<Placed> placed = new ArrayList<>();
    private int used;

    /** Writes where code can only be run. */
    interface Writer {
        /** Writes bytes so far from its beginning. */
        void write(int at, byte[] code);
    }

    CodeSpace(long address, long bytes, Writer writer, ThreadBlocks blocks) {
        this.address = address;
        this.bytes = bytes;
        this.writer = writer;
        this.blocks = blocks;
    }

    /**
     * Places the probes.
     *
     * @param host the convention that they are entered by
     */
    void placeProbes(Abi host, SaveSet widest, ProbeMemory memory) {
        Map<String, Long> externals = Map.of(Probe.MEMORY, memory.memory().address());
        for (Segment segment : blocks.segments()) {
            probes.put(segment, place(new Probe(host, widest, blocks, segment).emit(), externals));
        }
    }

    /** Returns the probe for code of an ABI. */
    Placed probe(Abi abi) {
        return probes.get(blocks.segment(abi));
    }

    /** How many bytes from its beginning are in use. */
    int used() {
        return used;
    }

    int mark() {
        return placed.size();
    }

    void forget(int mark) {
        used = mark == placed.size() ? used : (int) (placed.get(mark).address() - address);
        placed.subList(mark, placed.size()).clear();
    }

    Placed place(CodeBlob blob, Map<String, Long> externals) {
        int at = used + 63 & ~63;
        int end = at + blob.size();
        if (end >= bytes) {
            throw new IllegalStateException(blob.name() + " has " + blob.size() + " bytes, but there are only "
                    + (bytes - at) + " left for code: check less at once");
        }
        Placed now = new Placed(blob, address + at);
        byte[] code = Linker.link(blob, now.address(), externals);
        byte[] trapped = Arrays.copyOf(code, code.length + Math.min(TRAPS, (int) bytes - end));
        Arrays.fill(trapped, code.length, trapped.length, INT3);
        writer.write(at, trapped);
        used = end + 1;
        placed.add(now);
        return now;
    }

    /** The code under test, and the one probe that runs it. */
    List<Placed> named(Abi abi) {
        return Stream.concat(placed.stream().filter(p -> !probes.containsValue(p)), Stream.of(probe(abi)))
                .toList();
    }

    /** Says where in it an address is. */
    String describe(long pc) {
        return at(pc).map(p -> p.place(pc)).orElse("0x" + Long.toHexString(pc));
    }

    /** Says how code came to an address where there is none; nothing if there is some. */
    String reason(long pc) {
        if (at(pc).isPresent()) {
            return "";
        }
        return placed.stream()
                .filter(p -> pc == p.address() + p.blob().size() + 1) // behind the trap
                .findFirst()
                .map(p -> "it ran past the last instruction of " + p.blob().name()
                        + "; a `ret` or a jump is missing there")
                .orElse(
                        "it returned or jumped to where it has no code; before `ret`, RSP must be as it was at the start, and"
                                + " point to the return address");
    }

    private Optional<Placed> at(long pc) {
        return placed.stream().filter(p -> p.contains(pc)).findFirst();
    }
}
