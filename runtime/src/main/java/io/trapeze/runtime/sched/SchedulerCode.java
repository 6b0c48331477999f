// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.os.ThreadCalls;

/**
 * The scheduler's emitted code: its parts in one blob, and among them what runs on g0's stack from one goroutine to the next.
 *
 * <p>Each carrier keeps its runnable goroutines on a ring: a circular list in which the running one is the head and the one
 * before it the tail. To yield is to go one step round, which reads one pointer and moves nothing. Every {@value #PERIOD}
 * yields the carrier looks around: it takes its share of the global queue and gives one goroutine to it, so that goroutines
 * move between carriers, and it sees whether it is to stop.
 *
 * <p>On g0's stack {@code rbx} holds M, whatever the ABI. In a goroutine's body {@link Convention#g} holds G, everywhere and
 * always: a switch sets it and does not save it. Nothing that belongs to a carrier is in a register while a goroutine is
 * suspended, but for the one that an ABI pins to M: otherwise M is read from G.
 *
 * <p>What Java calls follows the host's ABI, and what goroutines call follows theirs. Where comments name registers of the
 * goroutines' side, they are those of System V.
 *
 * <p>Inside, arguments are where each routine says. What others call, and what it calls, follows the ABI.
 */
final class SchedulerCode {
    /** Yields between two looks around. */
    static final int PERIOD = 64;

    /** What {@code enter} returns when nothing is runnable. */
    static final int IDLE = 0;
    /** What {@code enter} returns when it was told to stop. */
    static final int STOPPED = 1;
    /** What {@code enter} returns when a goroutine has ended; {@link MachineField#EXITED} names it. */
    static final int EXITED = 2;

    /** The register that holds M on g0's stack. */
    static final IndexReg M = rbx;

    private final Assembler a = new Assembler();
    private final Records records;
    private final Convention convention;
    private final Layout<GoroutineField> g;
    private final Layout<MachineField> m;
    private final Layout<SharedField> shared;

    private final Label gogo = a.external("gogo");
    private final Label schedule = a.label("schedule");
    private final Label dispatch = a.label("dispatch");
    private final Label requeue = a.label("requeue");

    private final G0Frame frame;
    private final YieldCode yield;
    private final McallCode mcall;
    private final RunQueueCode queue;
    private final UpcallCode upcall;

    private SchedulerCode(Records records, ThreadCalls threads, long slotSize) {
        this.records = records;
        this.convention = records.convention();
        this.g = records.g();
        this.m = records.m();
        this.shared = records.shared();
        ControlWordsCode controlWords = new ControlWordsCode(a, records);
        this.frame = new G0Frame(a, records, threads);
        this.yield = new YieldCode(a, records, controlWords, requeue);
        this.queue = new RunQueueCode(a, records, threads);
        this.mcall = new McallCode(a, records, new StackHeader(slotSize), queue, controlWords, schedule, frame.leave);
        this.upcall = new UpcallCode(a, records, mcall.goexit, controlWords);
    }

    /**
     * Emits everything. External symbols: the primitives {@code gogo}, {@code mcall} and {@code systemstack}.
     *
     * @param threads how threads wait for one another on this system
     * @param slotSize bytes of a slot of the stack slab, a power of two
     */
    static CodeBlob emit(Records records, ThreadCalls threads, long slotSize) {
        SchedulerCode code = new SchedulerCode(records, threads, slotSize);
        code.emit();
        return code.a.finish("scheduler");
    }

    /** Emits the parts in their order, in which enter runs into schedule, that into leave, and preempt_m into requeue. */
    private void emit() {
        frame.enter();
        dispatch();
        frame.leave();
        yield.emit();
        mcall.emit();
        requeue();
        queue.emit();
        upcall.emit();
        start();
        if (LentThreadBlock.isNeeded(records)) {
            LentThreadBlock.emitSet(a);
        }
    }

    // spotless:off
    /*
     * schedule   in: rbx = M, on g0's stack; runs the next goroutine, or leaves
     */
    private void dispatch() {
        Label idle = a.label("idle");
        Label stopped = a.label("stopped");
        a.symbol("schedule", schedule);
        a.bind(schedule);
        a.mov(r12, m.at(M, MachineField.SHARED));
        a.cmp(shared.at(r12, SharedField.STOP), 0);
        a.jne(stopped);
        Label local = a.label("local");
        Label share = a.label("share");
        a.cmp(shared.at(r12, SharedField.LENGTH), 0);
        a.je(local);
        a.cmp(m.at(M, MachineField.RING), 0);
        a.je(share);
        a.cmp(shared.at(r12, SharedField.IDLE), 0) .because("left for the carrier that was woken for it");
        a.jne(local);
        a.bind(share);
        a.call(queue.takeShare);
        a.bind(local);

        a.bind(dispatch);
        a.mov(rdi, m.at(M, MachineField.RING));
        a.test(rdi, rdi);
        a.jz(idle);
        countSwitches();
        a.inc(m.at(M, MachineField.SWITCHES));
        records.setStatus(a, rdi, GoroutineState.RUNNING);
        a.mov(m.at(M, MachineField.CURRENT), rdi) .because("before the stack moves");
        convention.resume(a, gogo, rdi, M);

        a.bind(idle);
        a.mov(eax, IDLE);
        a.jmp(frame.leave);
        a.bind(stopped);
        a.mov(eax, STOPPED);
    }

    /** Emits the yields since the last look around into the count of switches; destroys rax. */
    private void countSwitches() {
        a.mov(eax, PERIOD);
        a.sub(rax, m.at(M, MachineField.BUDGET));
        a.add(m.at(M, MachineField.SWITCHES), rax);
        a.mov(m.at(M, MachineField.BUDGET), PERIOD);
    }

    /*
     * requeue   in: rdi = g, suspended, rbx = M, on g0's stack; it has had its turn, and the carrier looks around
     */
    private void requeue() {
        Label keep = a.label("keep");
        a.bind(requeue);
        records.setStatus(a, rdi, GoroutineState.RUNNABLE);
        a.mov(rax, g.at(rdi, GoroutineField.NEXT));
        a.mov(m.at(M, MachineField.RING), rax)         .because("the next one's turn");
        a.mov(r12, m.at(M, MachineField.SHARED));
        a.cmp(shared.at(r12, SharedField.CARRIERS), 1) .because("alone: nobody to share with");
        a.je(schedule);
        a.cmp(shared.at(r12, SharedField.STOP), 0);
        a.jne(schedule);
        Label exchange = a.label("exchange_work");
        a.cmp(shared.at(r12, SharedField.IDLE), 0);
        a.je(exchange);
        a.cmp(shared.at(r12, SharedField.LENGTH), 0)   .because("a carrier wakes for what is there already: neither taken back nor added to");
        a.jne(dispatch);
        a.bind(exchange);
        a.mov(r13, rdi)                                .because("what comes in lines up behind those that wait here, not in the place of this one");
        a.call(queue.remove);
        a.call(queue.takeShare)                        .because("before giving, so that what is given can reach another carrier");
        a.mov(rdi, r13);
        a.cmp(m.at(M, MachineField.RING), 0);
        a.je(keep)                                     .because("the last one stays");
        a.mov(rsi, r12);
        a.call(queue.pushGlobal);
        a.jmp(dispatch);
        a.bind(keep);
        a.call(queue.insert);
        a.jmp(dispatch);
    }

    /*
     * start   where a new goroutine begins: its arguments, body and goexit wait on its stack
     */
    private void start() {
        a.symbol("start");
        for (IndexReg register : convention.passed()) {
            a.pop(register);
        }
        a.ret() .because("to the body; its own return address is goexit");
    }
    // spotless:on
}
