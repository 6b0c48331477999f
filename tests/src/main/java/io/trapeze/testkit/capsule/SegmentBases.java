// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.operand.Segment;

/** Leads a segment to the block, by Linux's {@code arch_prctl}: not every kernel lets programs read and write the bases themselves. */
final class SegmentBases extends ThreadBlockCode {
    private static final int ARCH_PRCTL = 158;
    private static final int ARCH_SET_GS = 0x1001;
    private static final int ARCH_SET_FS = 0x1002;
    private static final int ARCH_GET_FS = 0x1003;
    private static final int ARCH_GET_GS = 0x1004;

    SegmentBases(Reach reach, Segment segment) {
        super(reach, segment);
    }

    @Override
    void bases(int state) {
        get(Segment.FS, ProbeMemory.base(state, 0));
        get(Segment.GS, ProbeMemory.base(state, 1));
    }

    @Override
    void lend() {
        get(segment, ProbeMemory.HOST_BASE);
        set(ProbeMemory.THREAD_BASE);
    }

    @Override
    void restore() {
        set(ProbeMemory.HOST_BASE);
    }

    @Override
    void change() {
        set(ProbeMemory.NEXT_BLOCK);
    }

    private void get(Segment which, int to) {
        a.mov(edi, which == Segment.GS ? ARCH_GET_GS : ARCH_GET_FS);
        a.lea(rsi, ptr(reach.at(to)));
        a.mov(eax, ARCH_PRCTL);
        a.syscall();
    }

    private void set(int from) {
        a.mov(edi, segment == Segment.GS ? ARCH_SET_GS : ARCH_SET_FS);
        a.mov(rsi, reach.word(from));
        a.mov(eax, ARCH_PRCTL);
        a.syscall();
    }
}
