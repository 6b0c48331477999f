// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.switches;

import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.Gogo;
import io.trapeze.trampolines.Mcall;
import io.trapeze.trampolines.SwitchState;
import io.trapeze.trampolines.abi.Abi;

/** Emits the two contexts of {@link DirectSwitch}. */
final class DirectSwitchCode {
    static final Gobuf GOBUF = Gobuf.of(Abi.SYSTEM_V);

    /** In both contexts: Gobuf of the driving one. */
    static final IndexReg MINE = r12;
    /** In both contexts: Gobuf of its partner. */
    static final IndexReg PARTNER = r13;
    /** In both contexts: Gobuf of g0, for mcall. */
    static final IndexReg G0 = r14;
    /** In the partner: the switches that have reached it. */
    static final IndexReg ARRIVALS = r15;

    private final Assembler a = new Assembler();
    private final HandOver handOver;
    private final Label change = a.label("change");
    private final Label choose = a.label("choose");

    private DirectSwitchCode(HandOver handOver) {
        this.handOver = handOver;
    }

    static CodeBlob emit(HandOver handOver) {
        DirectSwitchCode code = new DirectSwitchCode(handOver);
        code.drive();
        code.partner();
        if (handOver == HandOver.FULL) {
            code.change();
        } else if (handOver == HandOver.PRIMITIVES) {
            code.choose();
        }
        return code.a.finish("direct-switch");
    }

    /*
     * drive(trips, mine, partner, g0)   in: rdi, rsi, rdx, rcx; by the rules of C
     *                                   out: the partner's Gobuf holds the arrivals
     */
    // spotless:off
    private void drive() {
        a.symbol("drive");
        a.push(rbp);
        a.push(rbx);
        a.push(r12);
        a.push(r13);
        a.push(r14);
        a.push(r15);
        a.sub(rsp, 8)                                  .because("a multiple of 16 again");
        a.mov(rbx, rdi)                                .because("round trips to go");
        a.mov(MINE, rsi);
        a.mov(PARTNER, rdx);
        a.mov(G0, rcx);
        a.stmxcsr(GOBUF.mxcsr(PARTNER))                .because("changing them would cost more than all the rest");
        a.fnstcw(GOBUF.x87(PARTNER));
        a.mov(ARRIVALS, GOBUF.slot(PARTNER, ARRIVALS)) .because("a bare switch leaves it to both");
        a.align(16);
        Label trip = a.here();
        handOver(MINE, PARTNER);
        a.dec(rbx);
        a.jnz(trip);
        if (handOver == HandOver.BARE) {
            a.mov(GOBUF.slot(PARTNER, ARRIVALS), ARRIVALS) .because("where a full switch puts it");
        }
        a.add(rsp, 8);
        a.pop(r15);
        a.pop(r14);
        a.pop(r13);
        a.pop(r12);
        a.pop(rbx);
        a.pop(rbp);
        a.ret();
    }

    /* partner   where the other context begins, on a stack of its own; never ends */
    private void partner() {
        a.align(16);
        Label partner = a.symbol("partner");
        a.inc(ARRIVALS);
        handOver(PARTNER, MINE);
        a.jmp(partner);
    }

    private void handOver(IndexReg from, IndexReg to) {
        switch (handOver) {
            case BARE -> {
                Label next = a.label();
                a.lea(rax, ptr(next))    .because("where to go on");
                a.mov(GOBUF.pc(from), rax);
                a.mov(GOBUF.sp(from), rsp);
                a.mov(rsp, GOBUF.sp(to)) .because("the switch");
                a.jmp(GOBUF.pc(to));
                a.bind(next);
            }
            case FULL -> {
                a.mov(rdi, from);
                a.mov(rsi, to);
                a.call(change);
            }
            case PRIMITIVES -> {
                a.mov(rdi, from) .because("the goroutine is its Gobuf");
                a.mov(rsi, from);
                a.mov(rdx, G0);
                a.lea(rcx, ptr(choose));
                a.call(a.external("mcall"));
            }
        }
    }

    /* change(from, to)   in: rdi, rsi; saves by the one, goes on by the other */
    private void change() {
        a.align(16);
        a.symbol("change", change);
        a.bind(change);
        SwitchState all = SwitchState.of(Abi.SYSTEM_V);
        Mcall.suspend(a, all, rdi, rax);
        Gogo.resume(a, all, rsi, rax);
    }

    /* choose(g)   in: rdi, on g0's stack; the other one's turn */
    private void choose() {
        a.align(16);
        a.symbol("choose", choose);
        a.bind(choose);
        a.mov(rdi, qword(rdi, Gobuf.CTXT)) .because("its closure context names the other");
        a.jmp(a.external("gogo"));
    }
    // spotless:on
}
