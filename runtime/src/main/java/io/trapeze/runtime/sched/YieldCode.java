// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.SwitchState;

/**
 * The hot path: the emitted code by which a goroutine gives its turn to the next of the ring, without leaving for g0's stack but
 * when the carrier is to look around.
 */
final class YieldCode {
    private static final IndexReg M = SchedulerCode.M;

    private final Assembler a;
    private final Records records;
    private final Convention convention;
    private final IndexReg goroutine;
    private final Layout<GoroutineField> g;
    private final Layout<MachineField> m;
    private final Gobuf gobuf;
    private final SwitchState hot;
    private final ControlWordsCode controlWords;
    private final Label requeue;
    private final Label yield;

    /**
     * Prepares it.
     *
     * @param requeue where a goroutine goes whose carrier looks around; in: rdi = g, suspended, rbx = M, on g0's stack
     */
    YieldCode(Assembler a, Records records, ControlWordsCode controlWords, Label requeue) {
        this.a = a;
        this.records = records;
        this.convention = records.convention();
        this.goroutine = records.goroutine();
        this.g = records.g();
        this.m = records.m();
        this.gobuf = g.gobuf();
        this.hot = convention.voluntary();
        this.controlWords = controlWords;
        this.requeue = requeue;
        this.yield = a.label("yield");
    }

    /** Emits it all, the default control words behind it. Symbols: {@code yield}, {@code yield_control}. */
    void emit() {
        step();
        stepWithControlWords();
        controlWords.data();
    }

    // spotless:off
    /*
     * yield   in: G, rax = where to go on; jumped to, not called
     *         out: the other goroutines of the ring have had their turn; every callee-saved register is as it was
     *         neither stack is touched
     */
    private void step() {
        Label slow = a.label("yield_slow");
        a.align(64);
        a.symbol("yield", yield);
        a.bind(yield);
        IndexReg resume = convention.resume();
        IndexReg machine = convention.work().get(0);
        IndexReg next = convention.work().get(1);
        IndexReg ahead = convention.work().get(2);
        a.mov(gobuf.pc(goroutine), resume);
        a.mov(gobuf.sp(goroutine), rsp);
        hot.save(a, goroutine, resume);
        a.mov(machine, g.at(goroutine, GoroutineField.M))   .because("never kept in a register across a switch");
        a.mov(next, g.at(goroutine, GoroutineField.NEXT))   .because("one step round the ring");
        a.mov(ahead, g.at(goroutine, GoroutineField.AHEAD)) .because("a hint: where the ring will soon be");
        a.prefetcht0(byte_(ahead, 0));
        a.prefetcht0(byte_(ahead, Layout.CACHE_LINE));
        a.dec(m.at(machine, MachineField.BUDGET));
        a.jz(slow);
        records.setStatus(a, goroutine, GoroutineState.RUNNABLE);
        records.setStatus(a, next, GoroutineState.RUNNING);
        a.mov(m.at(machine, MachineField.CURRENT), next)    .because("before the stack moves");
        boolean borrowed = hot.restores(next);
        if (borrowed) {
            a.mov(goroutine, next)                          .because("all others come back");
        }
        IndexReg from = borrowed ? goroutine : next;
        hot.restore(a, from, resume);
        a.mov(resume, gobuf.pc(from));
        a.mov(rsp, gobuf.sp(from))                          .because("the switch");
        if (!borrowed) {
            a.mov(goroutine, next);
        }
        a.jmp(resume);

        a.bind(slow);
        a.inc(m.at(machine, MachineField.BUDGET)) .because("the dispatch to come counts this switch");
        Convention.both(a, M, machine, rdi, goroutine);
        hot.restoreThreadBlock(a, M, rax);
        a.mov(rsp, gobuf.sp(M))                   .because("off the goroutine's stack before another carrier may run it");
        a.mov(rbp, gobuf.bp(M));
        a.jmp(requeue);
    }

    /*
     * yield_control   as yield, for bodies that may have changed MXCSR or the x87 control word
     *                 the hot path runs with default control words, so these are set on leaving
     */
    private void stepWithControlWords() {
        Label back = a.label("yield_control_back");
        a.symbol("yield_control");
        a.mov(qword(goroutine, Gobuf.CTXT), convention.resume()) .because("the real place to go on");
        controlWords.putAside();
        a.lea(convention.resume(), ptr(back));
        a.jmp(yield);
        a.bind(back);
        controlWords.takeBack();
        a.jmp(qword(goroutine, Gobuf.CTXT));
    }
    // spotless:on
}
