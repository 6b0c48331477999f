// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.runtime.os.ThreadCalls;
import io.trapeze.runtime.stack.StackSlab;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.SwitchState;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ThreadBlock;

/**
 * The scheduler's emitted code.
 *
 * <p>Each carrier keeps its runnable goroutines on a ring: a circular list in which the running one is the head and the one
 * before it the tail. To yield is to go one step round, which reads one pointer and moves nothing. Every {@value #PERIOD}
 * yields the carrier looks around: it takes its share of the global queue and gives one goroutine to it, so that goroutines
 * move between carriers, and it sees whether it is to stop.
 *
 * <p>On g0's stack {@code rbx} holds M. In a goroutine's body {@link #G} holds G, everywhere and always: a switch sets it
 * and does not save it. Nothing that belongs to a carrier is in a register while a goroutine is suspended: M is read from G.
 *
 * <p>Inside, arguments are where each routine says. What others call, and what it calls, follows the ABI.
 */
final class SchedulerCode {
    /** The register that holds the running goroutine in bodies. */
    static final IndexReg G = r14;

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
    /** Control words as a process starts with them (psABI, section 3.4.1). */
    static final int DEFAULT_MXCSR = 0x1F80;

    static final int DEFAULT_X87 = 0x037F;

    private final Assembler a = new Assembler();
    private final Records records;
    private final Abi abi;
    private final ThreadCalls threads;
    private final RunQueueCode queue;
    private final Layout<GoroutineField> g;
    private final Layout<MachineField> m;
    private final Layout<SharedField> shared;
    private final Gobuf gobuf;
    private final SwitchState hot;
    private final int slotMask;

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
    private final Label controlWords = a.label("default_control_words");

    private SchedulerCode(Records records, ThreadCalls threads, long slotSize) {
        this.records = records;
        this.abi = records.abi();
        this.threads = threads;
        this.queue = new RunQueueCode(a, records, threads);
        this.g = records.g();
        this.m = records.m();
        this.shared = records.shared();
        this.gobuf = g.gobuf();
        this.hot = SwitchState.of(records.abi()).withoutControlWords().without(G);
        this.slotMask = Math.toIntExact(slotSize - 1);
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
        return code.a.finish("scheduler");
    }

    // spotless:off
    /**
     * Emits what finds the running goroutine from the stack pointer alone: the header at the top of its stack's slot.
     *
     * @param target receives G; any register but rsp
     */
    static void goroutineOfStack(Assembler a, Reg64 target, long slotSize) {
        a.mov(target, rsp)                                       .because("last byte of the stack's slot").serves(GoroutineAssembler.PIN);
        a.or(target, Math.toIntExact(slotSize - 1))              .serves(GoroutineAssembler.PIN);
        a.mov(target, qword(target, 1 - StackSlab.HEADER_BYTES)) .because("its header names the goroutine").serves(GoroutineAssembler.PIN);
    }

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
        for (IndexReg register : abi.preservedGeneral()) {
            a.push(register);
        }
        a.sub(rsp, frame())                                   .because("control words, vectors, and alignment");
        a.stmxcsr(dword(rsp));
        a.fnstcw(word(rsp, 4));
        for (int i = 0; i < abi.preservedVectors().size(); i++) {
            a.movdqu(xmmword(rsp, vector(i)), xmm(abi.preservedVectors().get(i).number()));
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
        int pushed = 8 * (2 + abi.preservedGeneral().size());
        return abi.stack().aligned(pushed + vector(abi.preservedVectors().size())) - pushed;
    }

    /** Returns where enter's frame keeps a vector, from RSP. */
    private static int vector(int index) {
        return 8 + 16 * index;
    }

    private IndexReg argument(int index) {
        return abi.integerArguments().get(index);
    }

    /** Emits a move, unless the value is there already. */
    private void move(IndexReg to, IndexReg from) {
        if (to != from) {
            a.mov(to, from);
        }
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
        move(argument(0), rdi);
        a.jmp(gogo)                               .because("the primitive: everything comes from the Gobuf");

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
        for (int i = 0; i < abi.preservedVectors().size(); i++) {
            a.movdqu(xmm(abi.preservedVectors().get(i).number()), xmmword(rsp, vector(i)));
        }
        a.add(rsp, frame());
        for (int i = abi.preservedGeneral().size() - 1; i >= 0; i--) {
            a.pop(abi.preservedGeneral().get(i));
        }
        a.pop(rbp);
        a.ret();
    }

    /*
     * yield   in: r14 = G, rax = where to go on; jumped to, not called
     *         out: the other goroutines of the ring have had their turn; every callee-saved register is as it was
     *         neither stack is touched
     */
    private void yield() {
        Label slow = a.label("yield_slow");
        a.align(64);
        a.symbol("yield", yield);
        a.bind(yield);
        a.mov(gobuf.pc(G), rax);
        a.mov(gobuf.sp(G), rsp);
        hot.save(a, G, rcx);
        a.mov(rcx, g.at(G, GoroutineField.M))       .because("never kept in a register across a switch");
        a.mov(rdx, g.at(G, GoroutineField.NEXT))    .because("one step round the ring");
        a.mov(rsi, g.at(G, GoroutineField.AHEAD))    .because("a hint: where the ring will soon be");
        a.prefetcht0(byte_(rsi, 0));
        a.prefetcht0(byte_(rsi, Layout.CACHE_LINE));
        a.dec(m.at(rcx, MachineField.BUDGET));
        a.jz(slow);
        records.setStatus(a, G, GoroutineState.RUNNABLE);
        records.setStatus(a, rdx, GoroutineState.RUNNING);
        a.mov(m.at(rcx, MachineField.CURRENT), rdx) .because("before the stack moves");
        hot.restore(a, rdx, rax);
        a.mov(rax, gobuf.pc(rdx));
        a.mov(rsp, gobuf.sp(rdx))                   .because("the switch");
        a.mov(G, rdx);
        a.jmp(rax);

        a.bind(slow);
        a.inc(m.at(rcx, MachineField.BUDGET)) .because("the dispatch to come counts this switch");
        a.mov(M, rcx);
        a.mov(rdi, G);
        hot.restoreThreadBlock(a, M, rax);
        a.mov(rsp, gobuf.sp(M))               .because("off the goroutine's stack before another carrier may run it");
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
        a.mov(qword(G, Gobuf.CTXT), rax) .because("the real place to go on");
        a.stmxcsr(gobuf.mxcsr(G));
        a.fnstcw(gobuf.x87(G));
        a.ldmxcsr(dword(controlWords));
        a.fldcw(word(Address.rip(controlWords).plus(4)));
        a.lea(rax, ptr(back));
        a.jmp(yield);
        a.bind(back);
        a.ldmxcsr(gobuf.mxcsr(G));
        a.fldcw(gobuf.x87(G));
        a.jmp(qword(G, Gobuf.CTXT));
        a.align(8);
        a.bind(controlWords);
        a.dd(DEFAULT_MXCSR, DEFAULT_X87);
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
        a.pop(qword(G, Gobuf.CTXT)) .because("the caller");
        a.call(park);
        a.ldmxcsr(gobuf.mxcsr(G));
        a.fldcw(gobuf.x87(G));
        a.jmp(qword(G, Gobuf.CTXT));

        Label waits = a.label("waits");
        a.bind(onPark);
        move(rdi, argument(0));
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

    /** Emits a tail call of {@code mcall(g, g.sched, g0, fn)} for the goroutine in {@link #G}; the return address is its. */
    private void mcall(Label fn) {
        a.mov(argument(0), G);
        a.mov(argument(1), G)                         .because("its Gobuf is its first field");
        a.mov(argument(2), g.at(G, GoroutineField.M)) .because("g0's Gobuf is M's first field");
        a.lea(argument(3), ptr(fn));
        a.jmp(mcall);
    }

    /*
     * goexit   in: on a goroutine's stack, nothing else; the goroutine ends here
     */
    private void exit() {
        a.symbol("goexit", goexit);
        a.bind(goexit);
        goroutineOfStack(a, G, slotMask + 1L);
        a.push(G) .because("a place for mcall to find a return address");
        mcall(onExit);

        a.bind(onExit);
        move(rdi, argument(0));
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
        goroutineOfStack(a, G, slotMask + 1L);
        a.inc(g.at(G, GoroutineField.PREEMPTIONS));
        a.mov(rdx, g.at(G, GoroutineField.M));
        a.inc(m.at(rdx, MachineField.PREEMPTIONS));
        mcall(onPreempt);
    }

    /*
     * preempt_m   in: the first argument = g, suspended, on g0's stack
     * requeue     in: rdi = g, suspended, rbx = M, on g0's stack
     */
    private void requeue() {
        Label keep = a.label("keep");
        a.bind(onPreempt);
        move(rdi, argument(0));
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
        a.pop(rdi);
        a.pop(rsi);
        a.pop(rdx);
        a.pop(rcx);
        a.pop(r8);
        a.pop(r9);
        a.ret() .because("to the body; its own return address is goexit");
    }
    // spotless:on
}
