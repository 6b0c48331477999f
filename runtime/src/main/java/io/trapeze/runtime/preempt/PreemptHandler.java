// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.preempt;

import static io.trapeze.emitter.operand.Mem.dword;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Scale;
import io.trapeze.runtime.os.SignalAction;

/**
 * The signal handler, as machine code: Java cannot run in one.
 *
 * <p>It runs on the carrier's alternate stack and needs none of it. A signal that was not sent by a preemption timer goes to
 * the handler that was there before.
 */
final class PreemptHandler {
    /** Upper half of the value that a preemption signal carries; its lower half is the carrier's place in the table. */
    static final int MAGIC = 0x5472_7A50;

    /** {@code si_code} of a signal sent with a value (asm-generic/siginfo.h). */
    private static final int SI_QUEUE = -1;
    /** Offsets in {@code siginfo_t} on x86-64 Linux. */
    private static final int SI_CODE = 8;

    private static final int SI_VALUE = 24;
    /** Offsets in {@code ucontext_t} on x86-64 Linux: {@code uc_mcontext.gregs} begins at 40, RSP is its 16th, RIP its 17th. */
    private static final int UC_RSP = 40 + 15 * 8;

    private static final int UC_RIP = 40 + 16 * 8;

    private PreemptHandler() {}

    // spotless:off
    /**
     * Emits it.
     *
     * @param table address of the carriers' addresses, 8 bytes each; 0 where there is none
     * @param capacity entries of the table
     * @param previous the action to pass foreign signals on to
     */
    static CodeBlob emit(SafePoint safe, long table, int capacity, SignalAction previous) {
        Assembler a = new Assembler();
        Label foreign = a.label("foreign");
        Label done = a.label("done");
        a.symbol("preempt_handler");
        a.cmp(dword(rsi, SI_CODE), SI_QUEUE)     .because("sent with a value?");
        a.jne(foreign);
        a.mov(rax, qword(rsi, SI_VALUE));
        a.mov(rcx, rax);
        a.shr(rcx, 32);
        a.cmp(ecx, MAGIC)                        .because("by a preemption timer?");
        a.jne(foreign);
        a.mov(eax, eax)                          .because("the place in the table");
        a.cmp(eax, capacity);
        a.jae(foreign);
        a.mov(rcx, table);
        a.mov(rcx, qword(rcx, rax, Scale.X8, 0)) .because("the carrier");
        a.test(rcx, rcx);
        a.jz(done)                               .because("it has left");
        a.mov(rax, qword(rcx, safe.current()))   .because("the goroutine");
        a.test(rax, rax);
        a.jz(done)                               .because("in the scheduler");
        a.cmp(qword(rax, safe.status()), safe.running());
        a.jne(done);
        a.mov(r8, qword(rdx, UC_RSP));
        a.cmp(r8, qword(rax, safe.stackHigh()));
        a.ja(done)                               .because("on another stack");
        a.cmp(r8, qword(rax, safe.stackLow()));
        a.jb(done)                               .because("no room for the frame");
        a.mov(r9, qword(rdx, UC_RIP));
        a.cmp(r9, qword(rax, safe.codeLow()));
        a.jb(done)                               .because("in foreign code");
        a.cmp(r9, qword(rax, safe.codeHigh()));
        a.jae(done);
        a.mov(qword(r8, -safe.skip() - 8), r9)   .because("below the red zone: where the trampoline returns to");
        a.sub(r8, safe.skip() + 8);
        a.mov(qword(rdx, UC_RSP), r8);
        a.mov(rcx, qword(rcx, safe.trampoline()));
        a.mov(qword(rdx, UC_RIP), rcx)           .because("goes on in the trampoline");
        a.bind(done);
        a.ret();
        a.bind(foreign);
        if (previous.hasHandler()) {
            a.mov(rax, previous.handler());
            a.jmp(rax) .because("with its own arguments");
        } else {
            a.ret();
        }
        return a.finish("preempt_handler");
    }
    // spotless:on
}
