// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.preempt;

import static io.trapeze.emitter.operand.Mem.dword;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.os.SignalAction;
import io.trapeze.runtime.os.SignalFrame;
import io.trapeze.runtime.os.ThreadPointer;

/**
 * The signal handler, as machine code: Java cannot run in one.
 *
 * <p>It runs on the carrier's alternate stack and needs none of it. A signal that was not sent by a preemption timer goes to
 * the handler that was there before. Which carrier is meant, the signal says by the value it carries; where the system carries
 * none, the thread is looked up, and whether it was asked stands in its entry.
 *
 * <p>System V, as all signals are: in: rdi = signal, rsi = siginfo, rdx = ucontext.
 */
final class PreemptHandler {
    /** Upper half of the value that a preemption signal carries; its lower half is the carrier's place in the table. */
    static final int MAGIC = 0x5472_7A50;

    /** Bytes of an entry of the table, as a power of two. */
    static final int ENTRY_BITS = 5;

    static final int ENTRY_BYTES = 1 << ENTRY_BITS;
    /** In an entry: the carrier's address; 0 where there is none. */
    static final int ENTRY_CARRIER = 0;
    /** In an entry: what its thread finds at the thread pointer. */
    static final int ENTRY_THREAD = 8;
    /** In an entry: 1 while a signal is on its way. */
    static final int ENTRY_ASKED = 16;

    /** {@code si_code} of a signal sent with a value (asm-generic/siginfo.h), at 8 of {@code siginfo_t}. */
    private static final int SI_QUEUE = -1;

    private static final int SI_CODE = 8;

    private final Assembler a = new Assembler();
    private final Label foreign = a.label("foreign");
    private final Label done = a.label("done");
    private final long table;
    private final int capacity;

    private PreemptHandler(long table, int capacity) {
        this.table = table;
        this.capacity = capacity;
    }

    // spotless:off
    /**
     * Emits it.
     *
     * @param frame where the handler finds what was interrupted
     * @param thread where a thread finds what tells it from the others
     * @param table address of the entries
     * @param capacity entries of the table
     * @param previous the action to pass foreign signals on to
     */
    static CodeBlob emit(
            SafePoint safe, SignalFrame frame, ThreadPointer thread, long table, int capacity, SignalAction previous) {
        PreemptHandler handler = new PreemptHandler(table, capacity);
        Assembler a = handler.a;
        a.symbol("preempt_handler");
        if (frame.value().isPresent()) {
            handler.carrierByValue(frame.value().getAsInt());
        } else {
            handler.carrierByThread(thread);
        }
        IndexReg registers = rdx;
        if (frame.registers().isPresent()) {
            a.mov(registers, qword(rdx, frame.registers().getAsInt())) .because("the registers lie elsewhere");
        }
        new PreemptCheck(safe, frame.rsp(), frame.rip()).emit(a, rcx, registers, handler.done);
        a.bind(handler.done);
        a.ret();
        a.bind(handler.foreign);
        if (previous.hasHandler()) {
            a.mov(rax, previous.handler());
            a.jmp(rax) .because("with its own arguments");
        } else {
            a.ret();
        }
        return a.finish("preempt_handler");
    }

    /** Out: rcx = carrier. Goes to {@link #foreign} if no timer sent the signal, to {@link #done} if the carrier has left. */
    private void carrierByValue(int value) {
        a.cmp(dword(rsi, SI_CODE), SI_QUEUE)     .because("sent with a value?");
        a.jne(foreign);
        a.mov(rax, qword(rsi, value));
        a.mov(rcx, rax);
        a.shr(rcx, 32);
        a.cmp(ecx, MAGIC)                        .because("by a preemption timer?");
        a.jne(foreign);
        a.mov(eax, eax)                          .because("the place in the table");
        a.cmp(eax, capacity);
        a.jae(foreign);
        a.shl(rax, ENTRY_BITS);
        a.mov(rcx, table);
        a.add(rcx, rax);
        a.mov(rcx, qword(rcx, ENTRY_CARRIER))    .because("the carrier");
        a.test(rcx, rcx);
        a.jz(done)                               .because("it has left");
    }

    /** As {@link #carrierByValue}. Of other threads' entries it reads no more than whose they are. */
    private void carrierByThread(ThreadPointer thread) {
        Label next = a.label("next_entry");
        Label found = a.label("found");
        a.mov(rax, thread.operand())             .because("this thread");
        a.mov(rcx, table);
        a.mov(r8d, capacity);
        a.bind(next);
        a.cmp(rax, qword(rcx, ENTRY_THREAD));
        a.je(found);
        a.add(rcx, ENTRY_BYTES);
        a.dec(r8d);
        a.jnz(next);
        a.jmp(foreign)                           .because("no carrier, or it has left");
        a.bind(found);
        a.xor(eax, eax);
        a.xchg(qword(rcx, ENTRY_ASKED), rax)     .because("by a preemption timer?");
        a.test(rax, rax);
        a.jz(foreign);
        a.mov(rcx, qword(rcx, ENTRY_CARRIER))    .because("the carrier");
        a.test(rcx, rcx);
        a.jz(done);
    }
    // spotless:on
}
