// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.abi.Abi;
import java.util.List;

/**
 * The emitted code by which a goroutine gets off its carrier through {@code mcall}: as it parks, as it ends, and as it is preempted.
 * Each way begins on the goroutine's stack and goes on in a function of g0's.
 */
final class McallCode {
    private static final IndexReg M = SchedulerCode.M;

    /** Ends the goroutine on whose stack it runs; in: nothing else. */
    final Label goexit;

    private final Assembler a;
    private final Records records;
    private final StackHeader header;
    private final RunQueueCode queue;
    private final ControlWordsCode controlWords;
    private final Convention convention;
    private final IndexReg goroutine;
    private final Abi abi;
    private final Layout<GoroutineField> g;
    private final Layout<MachineField> m;
    private final Label schedule;
    private final Label leave;
    private final Label mcall;
    private final Label onPark;
    private final Label onExit;
    private final Label onPreempt;

    /**
     * Prepares it.
     *
     * @param schedule runs the next goroutine; in: rbx = M, on g0's stack
     * @param leave returns from {@code enter}; in: rbx = M, rax = what it returns
     */
    McallCode(
            Assembler a,
            Records records,
            StackHeader header,
            RunQueueCode queue,
            ControlWordsCode controlWords,
            Label schedule,
            Label leave) {
        this.a = a;
        this.records = records;
        this.header = header;
        this.queue = queue;
        this.controlWords = controlWords;
        this.convention = records.convention();
        this.goroutine = records.goroutine();
        this.abi = records.abi();
        this.g = records.g();
        this.m = records.m();
        this.schedule = schedule;
        this.leave = leave;
        this.goexit = a.label("goexit");
        this.mcall = a.external("mcall");
        this.onPark = a.label("park_m");
        this.onExit = a.label("goexit_m");
        this.onPreempt = a.label("preempt_m");
    }

    /**
     * Emits it all, right in front of the code where a preempted goroutine goes; in: rdi = g, suspended, rbx = M, on g0's stack.
     * Symbols: {@code park}, {@code park_control}, {@code goexit}, {@code async_preempt2}.
     */
    void emit() {
        park();
        exit();
        preempt();
    }

    // spotless:off
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
        onG0(onPark);
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

    /*
     * goexit   in: on a goroutine's stack, nothing else; the goroutine ends here
     */
    private void exit() {
        a.symbol("goexit", goexit);
        a.bind(goexit);
        header.goroutine(a, goroutine);
        a.push(goroutine) .because("a place for mcall to find a return address");
        mcall(onExit);

        onG0(onExit);
        a.call(queue.remove);
        records.setStatus(a, rdi, GoroutineState.DEAD);
        a.mov(m.at(M, MachineField.EXITED), rdi);
        a.mov(eax, SchedulerCode.EXITED);
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

        onG0(onPreempt);
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

    /** Emits the entry of a function that {@code mcall} calls on g0's stack; out: rdi = g, suspended, rbx = M. */
    private void onG0(Label fn) {
        a.bind(fn);
        convention.argument(a, rdi);
        a.mov(M, g.at(rdi, GoroutineField.M));
    }
    // spotless:on
}
