// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Scale;
import io.trapeze.emitter.operand.Segment;

/** Has the fields in the system's own block for as long as code runs; the bases are the system's, and not looked at. */
final class LentFields extends ThreadBlockCode {
    LentFields(Reach reach, Segment segment) {
        super(reach, segment);
    }

    @Override
    void bases(int state) {
        a.mov(reach.word(ProbeMemory.base(state, 0)), 0);
        a.mov(reach.word(ProbeMemory.base(state, 1)), 0);
    }

    @Override
    void lend() {
        eachField(() -> {
            move(kept(), field());
            move(field(), ours());
        });
    }

    @Override
    void restore() {
        a.mov(rsi, reach.word(ProbeMemory.BLOCK_IN_USE));
        eachField(() -> {
            move(ours(), field());
            move(field(), kept());
        });
    }

    @Override
    void change() {
        eachField(() -> move(field(), ours()));
    }

    private void move(Mem.Qword to, Mem.Qword from) {
        a.mov(r8, from);
        a.mov(to, r8);
    }

    /** The field in the block in RSI. */
    private static Mem.Qword ours() {
        return qword(rsi, rax, Scale.X1, 0);
    }

    /** What the system had. */
    private static Mem.Qword kept() {
        return qword(rbx, rcx, Scale.X8, ProbeMemory.HOST_FIELDS);
    }
}
