// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.runtime.os.HostCall;
import io.trapeze.runtime.os.ThreadCalls;

/**
 * The emitted code of the run queues: each carrier's ring, which it alone touches, and the global queue behind a lock, with
 * what puts goroutines there and what waits for them.
 */
final class RunQueueCode {
    /**
     * How many turns before its own a goroutine's Gobuf is fetched into the cache. To follow the ring takes one access to
     * memory after the other; fetching ahead overlaps them. Eight turns are long enough for the second-level cache and
     * for the third.
     */
    static final int LOOKAHEAD = 8;

    /** Value of {@link GoroutineField#PARK}: the next park goes on at once. */
    static final int PERMIT = 1;
    /** Value of {@link GoroutineField#PARK}: the goroutine waits. */
    static final int PARKED = 2;

    private static final IndexReg M = SchedulerCode.M;
    /** Appends to the ring. */
    final Label insert;
    /** Takes the head off the ring. */
    final Label remove;
    /** Moves a share of the global queue to the ring. */
    final Label takeShare;
    /** Appends to the global queue. */
    final Label pushGlobal;

    private final Label lock;
    private final Assembler a;
    private final EntryCode entry;
    private final HostCallCode host;
    private final ThreadCalls threads;
    private final Records records;
    private final Layout<GoroutineField> g;
    private final Layout<MachineField> m;
    private final Layout<SharedField> shared;

    RunQueueCode(Assembler a, Records records, ThreadCalls threads) {
        this.a = a;
        this.entry = new EntryCode(a, records.host());
        this.host = new HostCallCode(a, records.host());
        this.threads = threads;
        this.records = records;
        this.g = records.g();
        this.m = records.m();
        this.shared = records.shared();
        this.insert = a.label("insert");
        this.remove = a.label("remove");
        this.takeShare = a.label("take_share");
        this.pushGlobal = a.label("push_global");
        this.lock = a.label("lock");
    }

    /** Emits it all. Symbols: {@code push_global}, {@code wake_all}, {@code ready}, {@code wait_for_work}. */
    void emit() {
        ring();
        globalQueue();
        ready();
        waiting();
    }

    // spotless:off
    /*
     * insert   in: rdi = g, rbx = M; g becomes the ring's tail; destroys rcx, rdx
     * remove   in: rdi = g on the ring of rbx = M, g at its head; the ring starts with the next; destroys rcx, rdx
     */
    private void ring() {
        Label first = a.label("first");
        a.bind(insert);
        a.mov(g.at(rdi, GoroutineField.M), M);
        a.mov(rcx, m.at(M, MachineField.RING));
        a.test(rcx, rcx);
        a.jz(first);
        a.mov(rdx, g.at(rcx, GoroutineField.PREVIOUS));
        a.mov(g.at(rdx, GoroutineField.NEXT), rdi);
        a.mov(g.at(rdi, GoroutineField.PREVIOUS), rdx);
        a.mov(g.at(rdi, GoroutineField.NEXT), rcx);
        a.mov(g.at(rcx, GoroutineField.PREVIOUS), rdi);
        for (int i = 1; i < LOOKAHEAD; i++) {
            a.mov(rdx, g.at(rdx, GoroutineField.PREVIOUS));
        }
        a.mov(g.at(rdx, GoroutineField.AHEAD), rdi).because("what is there when g's turn comes near");
        a.ret();
        a.bind(first);
        a.mov(g.at(rdi, GoroutineField.NEXT), rdi);
        a.mov(g.at(rdi, GoroutineField.PREVIOUS), rdi);
        a.mov(m.at(M, MachineField.RING), rdi);
        a.ret();

        Label last = a.label("last");
        a.bind(remove);
        a.mov(rcx, g.at(rdi, GoroutineField.NEXT));
        a.cmp(rcx, rdi);
        a.je(last);
        a.mov(rdx, g.at(rdi, GoroutineField.PREVIOUS));
        a.mov(g.at(rdx, GoroutineField.NEXT), rcx);
        a.mov(g.at(rcx, GoroutineField.PREVIOUS), rdx);
        a.mov(m.at(M, MachineField.RING), rcx);
        a.ret();
        a.bind(last);
        a.mov(m.at(M, MachineField.RING), 0);
        a.ret();
    }

    /*
     * take_share    in: rbx = M, r12 = shared; moves 1/carriers of the global queue, and one more, to the ring's tail;
     *               destroys everything but rbx, r12, r13, r14
     * push_global   in: rdi = g, rsi = shared; appends g and wakes a waiting carrier; from outside (g, shared), by the rules of C
     * wake_all      in: rdi = shared; from outside (shared), by the rules of C
     * lock          in: rsi = shared; keeps rdi, rsi, and what calls preserve; while the holder of the lock is off its processor, the others
     *               give theirs away as well
     */
    private void globalQueue() {
        Label next = a.label("next");
        Label done = a.label("done");
        a.bind(takeShare);
        a.mov(rsi, r12);
        a.call(lock);
        a.mov(rax, shared.at(rsi, SharedField.LENGTH));
        a.xor(edx, edx);
        a.div(shared.at(rsi, SharedField.CARRIERS));
        a.lea(r8, ptr(rax, 1)) .because("at least one, at most all");
        a.bind(next);
        a.mov(rdi, shared.at(rsi, SharedField.HEAD));
        a.test(rdi, rdi);
        a.jz(done);
        a.mov(rax, g.at(rdi, GoroutineField.LINK));
        a.mov(shared.at(rsi, SharedField.HEAD), rax);
        a.dec(shared.at(rsi, SharedField.LENGTH));
        a.call(insert);
        a.dec(r8);
        a.jnz(next);
        a.bind(done);
        unlock();
        a.ret();

        Label empty = a.label("empty");
        Label linked = a.label("linked");
        Label nobody = a.label("nobody");
        entry.emit("push_global", pushGlobal, rdi, rsi);
        a.bind(pushGlobal);
        a.call(lock);
        a.mov(g.at(rdi, GoroutineField.LINK), 0);
        a.cmp(shared.at(rsi, SharedField.HEAD), 0);
        a.je(empty);
        a.mov(rax, shared.at(rsi, SharedField.TAIL));
        a.mov(g.at(rax, GoroutineField.LINK), rdi);
        a.jmp(linked);
        a.bind(empty);
        a.mov(shared.at(rsi, SharedField.HEAD), rdi);
        a.bind(linked);
        a.mov(shared.at(rsi, SharedField.TAIL), rdi);
        a.inc(shared.at(rsi, SharedField.LENGTH));
        unlock();
        a.cmp(shared.at(rsi, SharedField.IDLE), 0) .because("read after the queue is seen to be longer");
        a.je(nobody);
        wake(threads.wakeOne());
        a.bind(nobody);
        a.ret();

        Label wakeAll = a.label("wake_everyone");
        entry.emit("wake_all", wakeAll, rdi);
        a.bind(wakeAll);
        a.mov(rsi, rdi);
        wake(threads.wakeAll());
        a.ret();

        Label spin = a.label("lock_spin");
        Label taken = a.label("lock_taken");
        a.bind(lock);
        a.mov(eax, 1);
        a.xchg(shared.at(rsi, SharedField.LOCK), rax);
        a.test(rax, rax);
        a.jz(taken);
        a.mov(r8d, 100);
        a.bind(spin);
        a.pause();
        a.cmp(shared.at(rsi, SharedField.LOCK), 0);
        a.je(lock);
        a.dec(r8d);
        a.jnz(spin);
        host.emit(threads.giveWay(), rdi, rsi);
        a.jmp(lock);
        a.bind(taken);
        a.ret();
    }

    /** Emits the release of the lock, as a full fence. */
    private void unlock() {
        a.xor(eax, eax);
        a.xchg(shared.at(rsi, SharedField.LOCK), rax) .because("xchg with memory locks: nothing moves across");
    }

    /** Emits the waking of carriers of the scheduler in rsi; destroys what calls may change. */
    private void wake(HostCall call) {
        a.lock().inc(sequence(rsi));
        a.lea(HostCallCode.ADDRESS, ptr(rsi, shared.offset(SharedField.SEQUENCE)));
        host.emit(call);
    }

    private Mem.Dword sequence(Reg64 base) {
        return dword(base, shared.offset(SharedField.SEQUENCE));
    }

    /*
     * ready(g, shared)   by the rules of C; inside: rdi, rsi
     *                    a parked goroutine becomes runnable; any other gets a permit, for its next park
     */
    private void ready() {
        Label parked = a.label("parked");
        Label exchange = a.label("exchange");
        Label retry = a.label("retry");
        entry.emit("ready", retry, rdi, rsi);
        a.bind(retry);
        a.mov(rax, g.at(rdi, GoroutineField.PARK));
        a.mov(ecx, PERMIT);
        a.cmp(rax, PARKED);
        a.jne(exchange);
        a.xor(ecx, ecx);
        a.bind(exchange);
        a.lock().cmpxchg(g.at(rdi, GoroutineField.PARK), rcx) .because("locked even where a permit is already: what the caller wrote before must be seen with it");
        a.jne(retry);
        a.cmp(rax, PARKED);
        a.je(parked);
        a.ret();
        a.bind(parked);
        records.setStatus(a, rdi, GoroutineState.RUNNABLE);
        a.jmp(pushGlobal);
    }

    /*
     * wait_for_work(M)   by the rules of C; inside: rdi; returns when there may be work, or when told to stop
     */
    private void waiting() {
        Label out = a.label("work");
        Label wait = a.label("wait");
        entry.emit("wait_for_work", wait, rdi);
        a.bind(wait);
        a.mov(r8, m.at(rdi, MachineField.SHARED));
        a.mov(edx, sequence(r8))  .because("HostCallCode.EXPECTED");
        a.lock().inc(shared.at(r8, SharedField.IDLE)) .because("seen by whoever adds work from here on");
        a.cmp(shared.at(r8, SharedField.LENGTH), 0);
        a.jne(out);
        a.cmp(shared.at(r8, SharedField.STOP), 0);
        a.jne(out);
        a.lea(HostCallCode.ADDRESS, ptr(r8, shared.offset(SharedField.SEQUENCE)));
        host.emit(threads.await(), r8);
        a.bind(out);
        a.lock().dec(shared.at(r8, SharedField.IDLE));
        a.ret();
    }
    // spotless:on
}
