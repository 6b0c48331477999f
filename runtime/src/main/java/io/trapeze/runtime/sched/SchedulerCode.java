// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.os.ThreadCalls;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.SwitchState;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.List;

/**
 * The scheduler's emitted code.
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
    private final Abi host;
    private final Abi abi;
    private final ThreadCalls threads;
    private final RunQueueCode queue;
    private final Layout<GoroutineField> g;
    private final Layout<MachineField> m;
    private final Layout<SharedField> shared;
    private final Gobuf gobuf;
    private final Convention convention;
    private final IndexReg goroutine;
    private final SwitchState hot;
    private final StackHeader header;
    private final ControlWordsCode controlWords;

    private final Label gogo = a.external("gogo");
    private final Label mcall = a.external("mcall");

    private final Label schedule = a.label("schedule");
    private final Label dispatch = a.label("dispatch");
    private final Label leave = a.label("leave");
    private final Label requeue = a.label("requeue");
    private final Label onPark = a.label("park_m");
    private final Label onExit = a.label("goexit_m");
    private final Label onPreempt = a.label("preempt_m");
    private final Label yield = a.label("yield");
    private final Label goexit = a.label("goexit");

    private SchedulerCode(Records records, ThreadCalls threads, long slotSize) {
        this.records = records;
        this.host = records.host();
        this.abi = records.abi();
        this.threads = threads;
        this.queue = new RunQueueCode(a, records, threads);
        this.g = records.g();
        this.m = records.m();
        this.shared = records.shared();
        this.gobuf = g.gobuf();
        this.convention = records.convention();
        this.goroutine = records.goroutine();
        this.hot = convention.voluntary();
        this.header = new StackHeader(slotSize);
        this.controlWords = new ControlWordsCode(a, records);
    }

    /**
     * Emits everything. External symbols: the primitives {@code gogo}, {@code mcall} and {@code systemstack}.
     *
     * @param threads how threads wait for one another on this system
     * @param slotSize bytes of a slot of the stack slab, a power of two
     */
    static CodeBlob emit(Records records, ThreadCalls threads, long slotSize) {
        SchedulerCode code = new SchedulerCode(records, threads, slotSize);
        code.enter();
        code.dispatch();
        code.leave();
        code.yield();
        code.yieldWithControlWords();
        code.park();
        code.exit();
        code.preempt();
        code.requeue();
        code.queue.emit();
        new UpcallCode(code.a, records, code.goexit, code.controlWords).emit();
        code.start();
        if (LentThreadBlock.isNeeded(records)) {
            LentThreadBlock.emitSet(code.a);
        }
        return code.a.finish("scheduler");
    }

    // spotless:off
    /*
     * enter(JNIEnv *, M)   out: rax = IDLE, STOPPED or EXITED; called by the rules of C
     *                      while inside, g0's stack pointer is that of this frame
     */
    private void enter() {
        IndexReg environment = argument(0);
        IndexReg machine = argument(1);
        a.symbol("enter");
        a.push(rbp);
        a.mov(rbp, rsp);
        for (IndexReg register : host.preservedGeneral()) {
            a.push(register);
        }
        a.sub(rsp, frame())                                   .because("control words, vectors, and alignment");
        a.stmxcsr(dword(rsp));
        a.fnstcw(word(rsp, 4));
        for (int i = 0; i < host.preservedVectors().size(); i++) {
            a.movdqu(xmmword(rsp, vector(i)), xmm(host.preservedVectors().get(i).number()));
        }
        a.mov(rax, threads.pointer().operand())               .because("the thread's own, and no other's");
        a.mov(m.at(machine, MachineField.THREAD_POINTER), rax);
        a.mov(m.at(machine, MachineField.ENVIRONMENT), environment) .because("good for this carrier and this call");
        for (ThreadBlock.Field field : abi.threadFields()) {
            a.mov(rax, abi.threadOperand(field))              .because(field.name() + " of this stack").serves("thread.stack_bounds");
            a.mov(gobuf.slot(machine, field), rax);
        }
        a.mov(M, machine);
        a.mov(gobuf.sp(M), rsp)                               .because("fixed while goroutines run");
        a.mov(gobuf.bp(M), rbp);
    }

    /** Returns the bytes of enter's frame below the pushes: control words, vectors, and what aligns RSP. */
    private int frame() {
        int pushed = 8 * (2 + host.preservedGeneral().size());
        return host.stack().aligned(pushed + vector(host.preservedVectors().size())) - pushed;
    }

    /** Returns where enter's frame keeps a vector, from RSP. */
    private static int vector(int index) {
        return 8 + 16 * index;
    }

    private IndexReg argument(int index) {
        return host.integerArguments().get(index);
    }

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
        a.jmp(leave);
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
     * leave   in: rbx = M, rax = reason; returns from enter
     */
    private void leave() {
        a.bind(leave);
        a.mov(rsp, gobuf.sp(M));
        a.mov(m.at(M, MachineField.CURRENT), 0);
        a.ldmxcsr(dword(rsp));
        a.fldcw(word(rsp, 4));
        for (int i = 0; i < host.preservedVectors().size(); i++) {
            a.movdqu(xmm(host.preservedVectors().get(i).number()), xmmword(rsp, vector(i)));
        }
        convention.clearDirection(a);
        a.add(rsp, frame());
        for (int i = host.preservedGeneral().size() - 1; i >= 0; i--) {
            a.pop(host.preservedGeneral().get(i));
        }
        a.pop(rbp);
        a.ret();
    }

    /*
     * yield   in: G, rax = where to go on; jumped to, not called
     *         out: the other goroutines of the ring have had their turn; every callee-saved register is as it was
     *         neither stack is touched
     */
    private void yield() {
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
    private void yieldWithControlWords() {
        Label back = a.label("yield_control_back");
        a.symbol("yield_control");
        a.mov(qword(goroutine, Gobuf.CTXT), convention.resume()) .because("the real place to go on");
        controlWords.putAside();
        a.lea(convention.resume(), ptr(back));
        a.jmp(yield);
        a.bind(back);
        controlWords.takeBack();
        a.jmp(qword(goroutine, Gobuf.CTXT));
        controlWords.data();
    }

    /*
     * park           in: r14 = G; called
     *                out: somebody made G ready since; every callee-saved register is as it was
     * park_control   as park, for bodies that may have changed MXCSR or the x87 control word: mcall saves them, but the
     *                hot path may be what resumes
     */
    private void park() {
        Label park = a.symbol("park");
        mcall(onPark);

        a.symbol("park_control");
        a.pop(qword(goroutine, Gobuf.CTXT)) .because("the caller");
        a.call(park);
        controlWords.takeBack();
        a.jmp(qword(goroutine, Gobuf.CTXT));

        Label waits = a.label("waits");
        a.bind(onPark);
        convention.argument(a, rdi);
        a.mov(M, g.at(rdi, GoroutineField.M));
        a.call(queue.remove);
        records.setStatus(a, rdi, GoroutineState.WAITING);
        a.xor(eax, eax);
        a.mov(ecx, RunQueueCode.PARKED);
        a.lock().cmpxchg(g.at(rdi, GoroutineField.PARK), rcx) .because("from here on anyone may run it");
        a.je(waits);
        a.xor(eax, eax);
        a.xchg(g.at(rdi, GoroutineField.PARK), rax)           .because("a permit was there: take it, and see what its giver wrote before");
        records.setStatus(a, rdi, GoroutineState.RUNNABLE);
        a.call(queue.insert);
        a.bind(waits);
        a.jmp(schedule);
    }

    /**
     * Emits {@code mcall(g, g.sched, g0, fn)} for the running goroutine, and the return to its caller: a tail call, unless an
     * argument is on the stack, or in a register that the caller gets back.
     */
    private void mcall(Label fn) {
        List<IndexReg> values = convention.values();
        List<IndexReg> borrowed = values.stream().filter(abi::preserves).toList();
        for (IndexReg register : borrowed) {
            a.push(register)                                    .because("the caller's");
        }
        a.mov(values.get(0), goroutine);
        a.mov(values.get(1), goroutine)                         .because("its Gobuf is its first field");
        a.mov(values.get(2), g.at(goroutine, GoroutineField.M)) .because("g0's Gobuf is M's first field");
        a.lea(values.get(3), ptr(fn));
        if (borrowed.isEmpty() && convention.room(4) == 0) {
            a.jmp(mcall);
            return;
        }
        convention.call(a, mcall, 4);
        for (int i = borrowed.size() - 1; i >= 0; i--) {
            a.pop(borrowed.get(i));
        }
        a.ret();
    }

    /*
     * goexit   in: on a goroutine's stack, nothing else; the goroutine ends here
     */
    private void exit() {
        a.symbol("goexit", goexit);
        a.bind(goexit);
        header.goroutine(a, goroutine);
        a.push(goroutine) .because("a place for mcall to find a return address");
        mcall(onExit);

        a.bind(onExit);
        convention.argument(a, rdi);
        a.mov(M, g.at(rdi, GoroutineField.M));
        a.call(queue.remove);
        records.setStatus(a, rdi, GoroutineState.DEAD);
        a.mov(m.at(M, MachineField.EXITED), rdi);
        a.mov(eax, EXITED);
        a.jmp(leave);
    }

    /*
     * async_preempt2   called by the preemption trampoline, which has saved everything
     */
    private void preempt() {
        a.symbol("async_preempt2");
        IndexReg machine = convention.values().get(2);
        header.goroutine(a, goroutine);
        a.inc(g.at(goroutine, GoroutineField.PREEMPTIONS));
        a.mov(machine, g.at(goroutine, GoroutineField.M));
        a.inc(m.at(machine, MachineField.PREEMPTIONS));
        mcall(onPreempt);
    }

    /*
     * preempt_m   in: the first argument = g, suspended, on g0's stack
     * requeue     in: rdi = g, suspended, rbx = M, on g0's stack
     */
    private void requeue() {
        Label keep = a.label("keep");
        a.bind(onPreempt);
        convention.argument(a, rdi);
        a.mov(M, g.at(rdi, GoroutineField.M));
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
        a.call(queue.takeShare)                              .because("before giving, so that what is given can reach another carrier");
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
