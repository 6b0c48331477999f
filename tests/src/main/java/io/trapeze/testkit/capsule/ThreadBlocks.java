// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import io.trapeze.emitter.operand.Segment;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.Platform;
import io.trapeze.runtime.os.UnsupportedHostException;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.BiFunction;

/** How code under test gets a thread block to itself. */
enum ThreadBlocks {
    /** A segment's base is set to it: Linux lets programs do so. */
    BASES(EnumSet.allOf(Segment.class), SegmentBases::new),
    /**
     * The system's own block, behind GS, takes its fields and gets back what it had: on Windows no base can be set. Another thread has
     * other values in them, but not another block, so code that remembers a block's address is not found out.
     */
    FIELDS(EnumSet.of(Segment.NONE, Segment.GS), LentFields::new),
    /** There is none. */
    NONE(EnumSet.of(Segment.NONE), LentFields::new);

    private final Set<Segment> segments;
    private final BiFunction<Reach, Segment, ThreadBlockCode> code;

    ThreadBlocks(Set<Segment> segments, BiFunction<Reach, Segment, ThreadBlockCode> code) {
        this.segments = segments;
        this.code = code;
    }

    /** Returns what writes a probe's code for a block behind one of the {@link #segments}. */
    ThreadBlockCode code(Reach reach, Segment segment) {
        return code.apply(reach, segment);
    }

    /** Returns how this system does it. */
    static ThreadBlocks here() {
        if (Platform.current().isLinux()) {
            return BASES;
        }
        return OperatingSystem.current().abi().threadBlock().isPresent() ? FIELDS : NONE;
    }

    /** Returns the segments behind which it can be; that none needs to be is one of them. */
    Set<Segment> segments() {
        return segments;
    }

    /**
     * Returns the segment behind which a convention has it.
     *
     * @throws UnsupportedHostException if it can't be there
     */
    Segment segment(Abi abi) {
        Segment segment = abi.threadBlock().map(ThreadBlock::segment).orElse(Segment.NONE);
        if (!segments.contains(segment)) {
            throw new UnsupportedHostException(
                    "thread block behind " + segment + ", as ABI '" + abi.name() + "' has it", "Linux on x86-64");
        }
        return segment;
    }
}
