// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.preempt;

import static io.trapeze.emitter.operand.Mem.dword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.os.SuspensionCalls;
import io.trapeze.runtime.os.ThreadContext;
import io.trapeze.trampolines.abi.Abi;
import java.util.List;

/**
 * What suspends a thread, sends it to the trampoline, and lets it go on, as machine code: while the thread stands still it may
 * hold any lock, the Java VM's included, so that neither Java nor the heap may be touched.
 *
 * <pre>
 * preempt_thread(thread, carrier, context)   in: handle, record, and room for the registers, by the system's convention
 *                                            out: PREEMPTED, NOT_NOW, or the failed call &lt;&lt; 32 | its error
 *                                            calls nothing but the five functions; writes the thread's stack only if it preempts
 * </pre>
 */
final class SuspensionCode {
    /** The thread was sent to the trampoline. */
    static final long PREEMPTED = 0;
    /** The thread was left as it is: it is not where it could be preempted. */
    static final long NOT_NOW = 1;

    /** Names of the calls that can fail, by their numbers from 1 on. */
    static final List<String> CALLS = List.of("SuspendThread", "GetThreadContext", "SetThreadContext", "ResumeThread");

    private static final int SUSPEND = 1;
    private static final int GET_CONTEXT = 2;
    private static final int SET_CONTEXT = 3;
    private static final int RESUME = 4;

    private static final IndexReg THREAD = rbx;
    private static final IndexReg CARRIER = r12;
    private static final IndexReg CONTEXT = r13;
    /** Once the decision has fallen, in the place of the carrier. */
    private static final IndexReg OUTCOME = r12;

    private final Assembler a = new Assembler();
    private final Abi abi;
    private final SuspensionCalls calls;

    private SuspensionCode(Abi abi, SuspensionCalls calls) {
        this.abi = abi;
        this.calls = calls;
    }

    /** Emits it for a system's calling convention and functions. */
    static CodeBlob emit(Abi abi, SuspensionCalls calls, ThreadContext context, SafePoint safe) {
        return new SuspensionCode(abi, calls).emit(context, safe);
    }

    // spotless:off
    private CodeBlob emit(ThreadContext context, SafePoint safe) {
        Label stays = a.label("stays");
        Label noContext = a.label("no_context");
        Label notSet = a.label("not_set");
        Label notSuspended = a.label("not_suspended");
        Label notResumed = a.label("not_resumed");
        Label resume = a.label("resume");
        Label out = a.label("out");
        int room = abi.stack().aligned(abi.stack().shadow());
        a.symbol("preempt_thread");
        a.push(THREAD)                                   .because("kept by calls in every convention used here");
        a.push(CARRIER);
        a.push(CONTEXT)                                  .because("return address and three pushes: rsp is at 0 mod 16");
        if (room > 0) {
            a.sub(rsp, room)                             .because("shadow space");
        }
        a.mov(THREAD, argument(0));
        a.mov(CARRIER, argument(1));
        a.mov(CONTEXT, argument(2));
        call(calls.suspend());
        a.cmp(eax, -1);
        a.je(notSuspended);
        a.mov(dword(CONTEXT, context.flags()), context.control()) .because("program counter, stack pointer, flags");
        a.mov(argument(1), CONTEXT);
        call(calls.getContext())                         .because("this waits until the thread stands still; suspending does not");
        a.test(eax, eax);
        a.jz(noContext);
        new PreemptCheck(safe, context.rsp(), context.rip()).emit(a, CARRIER, CONTEXT, stays);
        a.mov(argument(1), CONTEXT);
        call(calls.setContext());
        a.test(eax, eax);
        a.jz(notSet);
        a.xor(r12d, r12d)                                .because("preempted");

        a.bind(resume);
        call(calls.resume());
        a.cmp(eax, -1);
        a.je(notResumed);
        a.bind(out);
        a.mov(abi.result(), OUTCOME);
        if (room > 0) {
            a.add(rsp, room);
        }
        a.pop(CONTEXT);
        a.pop(CARRIER);
        a.pop(THREAD);
        a.ret();

        a.bind(stays);
        a.mov(r12d, (int) NOT_NOW);
        a.jmp(resume);
        a.bind(noContext);
        failed(GET_CONTEXT);
        a.jmp(resume);
        a.bind(notSet);
        failed(SET_CONTEXT);
        a.jmp(resume);
        a.bind(notSuspended);
        failed(SUSPEND);
        a.jmp(out);
        a.bind(notResumed);
        failed(RESUME);
        a.jmp(out);
        return a.finish("preempt_thread");
    }

    private IndexReg argument(int index) {
        return abi.integerArguments().get(index);
    }

    /** Emits a call whose first argument is the thread. */
    private Assembler call(long function) {
        a.mov(argument(0), THREAD);
        a.mov(rax, function);
        a.call(rax);
        return a;
    }

    private void failed(int which) {
        a.mov(rax, calls.lastError());
        a.call(rax)                                      .because("why; it reads the calling thread's own memory");
        a.mov(r12d, which);
        a.shl(OUTCOME, 32);
        a.mov(eax, eax);
        a.or(OUTCOME, rax);
    }
    // spotless:on
}
