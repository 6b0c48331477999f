// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.code.JniFunction;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.abi.Abi;

/** The emitted code between a goroutine and Java: from its stack to g0's, and from there through JNI. */
final class UpcallCode {
    private static final IndexReg G = SchedulerCode.G;

    private final Assembler a;
    private final Abi abi;
    private final Layout<GoroutineField> g;
    private final Layout<MachineField> m;
    private final Layout<SharedField> shared;
    private final Gobuf gobuf;
    private final Label systemstack;
    private final Label callJava;
    private final Label onG0;
    private final Label goexit;
    private final Label controlWords;

    /**
     * Prepares it.
     *
     * @param goexit where a goroutine whose upcall failed ends
     * @param controlWords the default MXCSR, and 4 bytes on the default x87 control word
     */
    UpcallCode(Assembler a, Records records, Label goexit, Label controlWords) {
        this.a = a;
        this.abi = records.abi();
        this.g = records.g();
        this.m = records.m();
        this.shared = records.shared();
        this.gobuf = g.gobuf();
        this.systemstack = a.external("systemstack");
        this.callJava = a.label("call_java");
        this.onG0 = a.label("on_g0");
        this.goexit = goexit;
        this.controlWords = controlWords;
    }

    /** Emits it all. Symbols: {@code upcall}, {@code on_g0}. */
    void emit() {
        upcall();
        onG0();
    }

    // spotless:off
    /*
     * upcall      in: rax = number of the upcall, rdi, rsi, rdx = its arguments, r14 = G; called, at any alignment
     *             out: rax = its result; if it failed, the goroutine ends instead
     * call_java   the thunk that systemstack runs on g0: in: argument block, first the goroutine
     */
    private void upcall() {
        Label failed = a.label("failed");
        Label thrown = a.label("thrown");
        Label caught = a.label("caught");
        a.symbol("upcall");
        a.push(rdx) .because("the argument block stays on the goroutine's stack");
        a.push(rsi);
        a.push(rdi);
        a.push(rax);
        a.push(G);
        a.mov(argument(0), g.at(G, GoroutineField.M));
        a.mov(argument(1), rsp);
        a.lea(argument(2), ptr(callJava));
        a.call(onG0);
        a.add(rsp, 40);
        a.cmp(g.at(G, GoroutineField.FAILED), 0);
        a.jne(failed);
        a.ret();
        a.bind(failed);
        a.jmp(goexit);

        int shadow = abi.stack().shadow();
        int room = abi.stack().aligned(shadow + 16) + 8;
        int result = shadow + 8;
        a.bind(callJava);
        a.push(rbx);
        a.push(r12);
        a.sub(rsp, room)                                         .because("control words, the result, alignment, and what calls need");
        a.mov(r12, qword(argument(0)));
        a.mov(rbx, g.at(r12, GoroutineField.M));
        a.inc(m.at(rbx, MachineField.UPCALLS));
        a.stmxcsr(dword(rsp, shadow))                            .because("Java runs with default control words, whatever the goroutine has");
        a.fnstcw(word(rsp, shadow + 4));
        a.ldmxcsr(dword(controlWords));
        a.fldcw(word(Address.rip(controlWords).plus(4)));
        a.mov(argument(3), argument(0))                          .because("a jvalue array: the block");
        a.mov(rax, m.at(rbx, MachineField.SHARED));
        a.mov(argument(0), m.at(rbx, MachineField.ENVIRONMENT));
        a.mov(argument(1), shared.at(rax, SharedField.UPCALL_TARGET));
        a.mov(argument(2), shared.at(rax, SharedField.UPCALL_METHOD));
        a.mov(rax, qword(argument(0)));
        a.call(qword(rax, JniFunction.CALL_LONG_METHOD_A.offset()));
        a.mov(qword(rsp, result), rax);
        a.mov(argument(0), m.at(rbx, MachineField.ENVIRONMENT));
        a.mov(rax, qword(argument(0)));
        a.call(qword(rax, JniFunction.EXCEPTION_CHECK.offset())) .because("a stack overflow needs no catch block to get here");
        a.test(al, al);
        a.jnz(thrown);
        a.bind(caught);
        a.mov(rax, qword(rsp, result));
        a.ldmxcsr(dword(rsp, shadow));
        a.fldcw(word(rsp, shadow + 4));
        a.add(rsp, room);
        a.pop(r12);
        a.pop(rbx);
        a.ret();
        a.bind(thrown);
        a.mov(g.at(r12, GoroutineField.FAILED), 1)               .because("the goroutine ends; enter throws what is pending");
        a.jmp(caught);
    }

    /*
     * on_g0(M, arg, thunk)   by the rules of C
     *                        out: thunk(arg)'s result; it runs on g0's stack, without a switch if that is in use already
     *                        while it runs, M has no current goroutine
     */
    private void onG0() {
        Label direct = a.label("on_g0_already");
        IndexReg machine = argument(0);
        a.symbol("on_g0", onG0);
        a.bind(onG0);
        a.mov(rax, m.at(machine, MachineField.CURRENT));
        a.test(rax, rax);
        a.jz(direct);
        a.push(machine);
        a.push(rax);
        a.mov(m.at(machine, MachineField.CURRENT), 0) .because("g0's stack is in use: no second switch to it, no preemption");
        if (abi.threadBlock().isPresent()) {
            a.mov(argument(3), machine)               .because("g0's Gobuf: its stack bounds");
        }
        a.mov(argument(0), gobuf.sp(machine));
        a.call(systemstack);
        a.pop(rcx);
        a.pop(rdx);
        a.mov(m.at(rdx, MachineField.CURRENT), rcx)   .because("the same carrier's: nothing switches during a thunk");
        a.ret();
        a.bind(direct);
        a.mov(argument(0), argument(1));
        a.jmp(argument(2));
    }

    private IndexReg argument(int index) {
        return abi.integerArguments().get(index);
    }
    // spotless:on
}
