// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.KReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.code.JniFunction;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.OutgoingCall;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.SystemStack;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiField;
import io.trapeze.trampolines.abi.PreservedVector;
import java.util.List;

/** The emitted code between a goroutine and Java: from its stack to g0's, and from there through JNI. */
final class UpcallCode {
    private final Assembler a;
    private final Records records;
    private final Convention convention;
    private final IndexReg goroutine;
    private final Abi host;
    private final Abi abi;
    private final Layout<GoroutineField> g;
    private final Layout<MachineField> m;
    private final Layout<SharedField> shared;
    private final Gobuf gobuf;
    private final Label systemstack;
    private final Label callJava;
    private final Label thunk;
    private final Label onG0;
    private final Label goexit;
    private final ControlWordsCode controlWords;

    /**
     * Prepares it.
     *
     * @param goexit where a goroutine whose upcall failed ends
     */
    UpcallCode(Assembler a, Records records, Label goexit, ControlWordsCode controlWords) {
        this.a = a;
        this.records = records;
        this.convention = records.convention();
        this.goroutine = records.goroutine();
        this.host = records.host();
        this.abi = records.abi();
        this.g = records.g();
        this.m = records.m();
        this.shared = records.shared();
        this.gobuf = g.gobuf();
        this.systemstack = a.external("systemstack");
        this.callJava = a.label("call_java");
        this.thunk = records.isForeign() ? a.label("foreign_call_java") : callJava;
        this.onG0 = a.label("on_g0");
        this.goexit = goexit;
        this.controlWords = controlWords;
    }

    /** Emits it all. Symbols: {@code upcall}, {@code on_g0}. */
    void emit() {
        upcall();
        callJava();
        onG0();
        if (records.isForeign()) {
            foreignCallJava();
        }
    }

    // spotless:off
    /*
     * upcall      in: rax = number of the upcall, rdi, rsi, rdx = its arguments, r14 = G; called, at any alignment
     *             out: rax = its result; if it failed, the goroutine ends instead
     * call_java   the thunk that systemstack runs on g0: in: argument block, first the goroutine
     */
    private void upcall() {
        Label failed = a.label("failed");
        a.symbol("upcall");
        List<IndexReg> borrowed = convention.borrowed();
        for (IndexReg register : borrowed) {
            a.push(register) .because("the caller's");
        }
        a.push(rdx) .because("the argument block stays on the goroutine's stack");
        a.push(rsi);
        a.push(rdi);
        a.push(rax);
        a.push(goroutine);
        a.mov(value(0), g.at(goroutine, GoroutineField.M));
        a.mov(value(1), rsp);
        a.lea(value(2), ptr(thunk));
        a.call(onG0);
        a.add(rsp, 40);
        for (int i = borrowed.size() - 1; i >= 0; i--) {
            a.pop(borrowed.get(i));
        }
        a.cmp(g.at(goroutine, GoroutineField.FAILED), 0);
        a.jne(failed);
        abi.pinned().m().ifPresent(pinned -> a.mov(pinned, g.at(goroutine, GoroutineField.M)));
        OutgoingCall.zero(a, abi);
        a.ret();
        a.bind(failed);
        a.jmp(goexit);
    }

    private void callJava() {
        Label thrown = a.label("thrown");
        Label caught = a.label("caught");
        int shadow = host.stack().shadow();
        int room = host.stack().aligned(shadow + 16) + 8;
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
        controlWords.setDefaults();
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
        IndexReg machine = value(0);
        IndexReg current = convention.number();
        IndexReg before = convention.afterCall().get(0);
        IndexReg carrier = convention.afterCall().get(1);
        a.symbol("on_g0", onG0);
        a.bind(onG0);
        a.mov(current, m.at(machine, MachineField.CURRENT));
        a.test(current, current);
        a.jz(direct);
        a.push(machine);
        a.push(current);
        a.mov(m.at(machine, MachineField.CURRENT), 0) .because("g0's stack is in use: no second switch to it, no preemption");
        boolean takesG0 = SystemStack.takesG0(abi);
        if (takesG0) {
            a.mov(value(3), machine)                  .because("g0's Gobuf: its stack bounds, its g");
        }
        a.mov(value(0), gobuf.sp(machine));
        convention.call(a, systemstack, takesG0 ? 4 : 3);
        a.pop(before);
        a.pop(carrier);
        a.mov(m.at(carrier, MachineField.CURRENT), before) .because("the same carrier's: nothing switches during a thunk");
        a.ret();
        a.bind(direct);
        a.mov(value(0), value(1));
        a.jmp(value(2));
    }

    /*
     * foreign_call_java   call_java as a function of the goroutines' ABI: gives back what that ABI preserves and the host's does not
     */
    private void foreignCallJava() {
        List<IndexReg> general = abi.preservedGeneral().stream()
                .filter(r -> !host.preserves(r) && r != abi.result())
                .toList();
        SaveSet set = SaveSet.neededBy(abi);
        List<PreservedVector> vectors = abi.preservedVectors();
        List<KReg> masks = abi.preserved().masks();
        int masksAt = set.vectorBytes() * vectors.size();
        a.bind(thunk);
        a.push(rbp);
        a.mov(rbp, rsp);
        for (IndexReg register : general) {
            a.push(register)                  .because("the host's code may change it").serves(AbiField.PRESERVED_GENERAL.of(register));
        }
        if (masksAt + 8 * masks.size() > 0) {
            a.sub(rsp, masksAt + 8 * masks.size());
        }
        a.and(rsp, -host.stack().alignment()) .because("as the host's code expects it");
        for (int i = 0; i < vectors.size(); i++) {
            set.store(a, rsp, set.vectorBytes() * i, vectors.get(i).number());
        }
        for (int i = 0; i < masks.size(); i++) {
            a.avx512().kmovq(qword(rsp, masksAt + 8 * i), masks.get(i));
        }
        convention.argumentOfFrame(a, argument(0));
        convention.clearDirection(a);
        a.call(callJava);
        if (abi.result() != host.result()) {
            a.mov(abi.result(), host.result());
        }
        for (int i = 0; i < vectors.size(); i++) {
            set.load(a, rsp, set.vectorBytes() * i, vectors.get(i).number());
        }
        for (int i = 0; i < masks.size(); i++) {
            a.avx512().kmovq(masks.get(i), qword(rsp, masksAt + 8 * i));
        }
        for (int i = 0; i < general.size(); i++) {
            a.mov(general.get(i), qword(rbp, -8 * (i + 1)));
        }
        OutgoingCall.zero(a, abi);
        a.leave();
        a.ret();
    }

    private IndexReg value(int index) {
        return convention.values().get(index);
    }

    private IndexReg argument(int index) {
        return host.integerArguments().get(index);
    }
    // spotless:on
}
