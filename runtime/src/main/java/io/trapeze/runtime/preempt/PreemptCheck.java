// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.preempt;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;

/**
 * The emitted decision whether what a stopped thread was doing may be preempted, and the redirection if it may: the same for
 * every way in which a thread can be stopped.
 *
 * @param safe where things are
 * @param rsp in the record of the stopped thread's registers: RSP
 * @param rip there: where it goes on
 */
record PreemptCheck(SafePoint safe, int rsp, int rip) {
    // spotless:off
    /**
     * Emits it. Goes on behind itself after the thread was redirected, and to {@code stays} if it must not be; destroys rax, r8, r9,
     * and {@code carrier}.
     *
     * @param carrier holds the carrier's address
     * @param registers holds the address of the record of registers
     */
    void emit(Assembler a, IndexReg carrier, IndexReg registers, Label stays) {
        a.mov(rax, qword(carrier, safe.current()))   .because("the goroutine");
        a.test(rax, rax);
        a.jz(stays)                                  .because("in the scheduler");
        a.cmp(qword(rax, safe.status()), safe.running());
        a.jne(stays);
        a.mov(r8, qword(registers, rsp));
        a.cmp(r8, qword(rax, safe.stackHigh()));
        a.ja(stays)                                  .because("on another stack");
        a.cmp(r8, qword(rax, safe.stackLow()));
        a.jb(stays)                                  .because("no room for the frame");
        a.mov(r9, qword(registers, rip));
        a.cmp(r9, qword(rax, safe.codeLow()));
        a.jb(stays)                                  .because("in foreign code");
        a.cmp(r9, qword(rax, safe.codeHigh()));
        a.jae(stays);
        a.mov(qword(r8, -safe.skip() - 8), r9)       .because("below the red zone: where the trampoline returns to");
        a.sub(r8, safe.skip() + 8);
        a.mov(qword(registers, rsp), r8);
        a.mov(carrier, qword(carrier, safe.trampoline()));
        a.mov(qword(registers, rip), carrier)        .because("goes on in the trampoline");
    }
    // spotless:on
}
