// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Scale;
import io.trapeze.emitter.operand.Segment;

/**
 * What a probe does about the thread block, in a way that a system allows. It may destroy any general register; RSP is in memory of
 * the probe's own, or its caller's.
 */
abstract class ThreadBlockCode {
    final Assembler a;
    final Reach reach;
    final Segment segment;

    /**
     * @param segment behind which the block is to be; none if there is to be none
     */
    ThreadBlockCode(Reach reach, Segment segment) {
        this.a = reach.a();
        this.reach = reach;
        this.segment = segment;
    }

    /** Emits the way of the segments' bases to a state. */
    abstract void bases(int state);

    /** Emits what puts the block in RSI, at {@link ProbeMemory#THREAD_BASE}, in the place of the system's. */
    abstract void lend();

    /** Emits what gives the system its own again. */
    abstract void restore();

    /** Emits what puts the block in RSI, at {@link ProbeMemory#NEXT_BLOCK}, in the place of the other one. */
    abstract void change();

    /** Lets code find the thread block behind the segment. */
    final void give() {
        if (segment != Segment.NONE) {
            a.mov(rsi, reach.word(ProbeMemory.THREAD_BASE));
            a.mov(reach.word(ProbeMemory.BLOCK_IN_USE), rsi);
            lend();
        }
    }

    /** Takes it back. */
    final void take() {
        if (segment != Segment.NONE) {
            restore();
        }
    }

    /** Emits the way to another thread, if that is asked for: the block of this one is somebody else's from now on. */
    final void moveOn() {
        if (segment != Segment.NONE) {
            Label stays = a.label("stays");
            a.mov(rsi, reach.word(ProbeMemory.NEXT_BLOCK));
            a.test(rsi, rsi);
            a.jz(stays);
            a.mov(reach.word(ProbeMemory.BLOCK_IN_USE), rsi);
            a.mov(rdi, reach.word(ProbeMemory.THREAD_BASE));
            a.mov(rax, ProbeMemory.ABANDONED);
            a.mov(ecx, ProbeMemory.THREAD_BLOCK_BYTES / 8);
            a.repStosq();
            change();
            a.bind(stays);
        }
    }

    /** Emits the way of the fields to where the first one's place is at 8. */
    final void noteFields(int to) {
        if (segment != Segment.NONE) {
            eachField(() -> {
                a.mov(rax, field());
                a.mov(qword(rbx, rcx, Scale.X8, to), rax);
            });
        }
    }

    /** The field that code finds, whose offset is in RAX. */
    final Mem.Qword field() {
        return qword(Address.of(rax, 0).in(segment));
    }

    /** Emits a loop over the fields: RBX is where the probe's memory begins, RCX the number of a field from 1 on, RAX its offset. */
    final void eachField(Runnable body) {
        Label done = a.label("all fields");
        a.lea(rbx, ptr(reach.at(0)));
        a.mov(rcx, reach.word(ProbeMemory.BOUNDS));
        Label more = a.here();
        a.test(rcx, rcx);
        a.jz(done);
        a.mov(rax, qword(rbx, rcx, Scale.X8, ProbeMemory.BOUNDS));
        body.run();
        a.dec(rcx);
        a.jmp(more);
        a.bind(done);
    }
}
