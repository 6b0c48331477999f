// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.os.ThreadCalls;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ThreadBlock;

/**
 * The frame on the carrier's own stack in which {@code enter} stays while goroutines run: it holds what the host's ABI preserves,
 * and g0's stack goes on below it.
 */
final class G0Frame {
    private static final IndexReg M = SchedulerCode.M;

    /** Returns from {@code enter}; in: rbx = M, rax = what it returns. */
    final Label leave;

    private final Assembler a;
    private final Records records;
    private final Abi host;
    private final ThreadCalls threads;
    private final Layout<MachineField> m;
    private final Gobuf gobuf;

    G0Frame(Assembler a, Records records, ThreadCalls threads) {
        this.a = a;
        this.records = records;
        this.host = records.host();
        this.threads = threads;
        this.m = records.m();
        this.gobuf = records.m().gobuf();
        this.leave = a.label("leave");
    }

    // spotless:off
    /*
     * enter(JNIEnv *, M)   out: rax = IDLE, STOPPED or EXITED; called by the rules of C
     *                      goes on with what is emitted next: rbx = M
     *                      while inside, g0's stack pointer is that of this frame
     */
    void enter() {
        IndexReg environment = argument(0);
        IndexReg machine = argument(1);
        a.symbol("enter");
        a.push(rbp);
        a.mov(rbp, rsp);
        for (IndexReg register : host.preservedGeneral()) {
            a.push(register);
        }
        a.sub(rsp, size())                                    .because("control words, vectors, and alignment");
        a.stmxcsr(dword(rsp));
        a.fnstcw(word(rsp, 4));
        for (int i = 0; i < host.preservedVectors().size(); i++) {
            a.movdqu(xmmword(rsp, vector(i)), xmm(host.preservedVectors().get(i).number()));
        }
        a.mov(rax, threads.pointer().operand())               .because("the thread's own, and no other's");
        a.mov(m.at(machine, MachineField.THREAD_POINTER), rax);
        a.mov(m.at(machine, MachineField.ENVIRONMENT), environment) .because("good for this carrier and this call");
        for (ThreadBlock.Field field : records.abi().threadFields()) {
            a.mov(rax, records.abi().threadOperand(field))    .because(field.name() + " of this stack").serves("thread.stack_bounds");
            a.mov(gobuf.slot(machine, field), rax);
        }
        a.mov(M, machine);
        a.mov(gobuf.sp(M), rsp)                               .because("fixed while goroutines run");
        a.mov(gobuf.bp(M), rbp);
    }

    /*
     * leave   in: rbx = M, rax = reason; returns from enter
     */
    void leave() {
        a.bind(leave);
        a.mov(rsp, gobuf.sp(M));
        a.mov(m.at(M, MachineField.CURRENT), 0);
        a.ldmxcsr(dword(rsp));
        a.fldcw(word(rsp, 4));
        for (int i = 0; i < host.preservedVectors().size(); i++) {
            a.movdqu(xmm(host.preservedVectors().get(i).number()), xmmword(rsp, vector(i)));
        }
        records.convention().clearDirection(a);
        a.add(rsp, size());
        for (int i = host.preservedGeneral().size() - 1; i >= 0; i--) {
            a.pop(host.preservedGeneral().get(i));
        }
        a.pop(rbp);
        a.ret();
    }
    // spotless:on

    /** Returns the bytes below the pushes: control words, vectors, and what aligns RSP. */
    private int size() {
        int pushed = 8 * (2 + host.preservedGeneral().size());
        return host.stack().aligned(pushed + vector(host.preservedVectors().size())) - pushed;
    }

    /** Returns where a vector is kept, from RSP. */
    private static int vector(int index) {
        return 8 + 16 * index;
    }

    private IndexReg argument(int index) {
        return host.integerArguments().get(index);
    }
}
