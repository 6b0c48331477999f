// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.preempt.Preempter;
import io.trapeze.runtime.preempt.PreemptionTimer;
import java.util.Optional;

/**
 * A carrier: the Java side of an M. One thread at a time runs goroutines on it, by {@link #enter}.
 */
final class Machine implements PreemptionTimer.Carrier {
    private final OperatingSystem os;
    private final Layout<MachineField> m;
    private final NativeMemory memory;
    private final long record;
    private final NativeFunction enter;
    private final NativeFunction waitForWork;
    private final Optional<LentThreadBlock> threadBlock;
    private final Optional<Preempter> preempter;
    private boolean entered;
    private Optional<Throwable> escaped = Optional.empty();
    private Optional<Preempter.Attachment> reach = Optional.empty();

    Machine(
            OperatingSystem os,
            Records records,
            NativeMemory memory,
            long record,
            long shared,
            MappedCode scheduler,
            long trampoline,
            Optional<Preempter> preempter) {
        this.os = os;
        this.m = records.m();
        this.memory = memory;
        this.record = record;
        this.preempter = preempter;
        this.enter = scheduler.function("enter");
        this.waitForWork = scheduler.function("wait_for_work");
        this.threadBlock = LentThreadBlock.isNeeded(records)
                ? records.abi().threadBlock().map(block -> new LentThreadBlock(os, block, scheduler))
                : Optional.empty();
        m.put(memory, record, MachineField.SHARED, shared);
        m.put(memory, record, MachineField.BUDGET, SchedulerCode.PERIOD);
        m.put(memory, record, MachineField.TRAMPOLINE, trampoline);
    }

    long address() {
        return memory.address() + record;
    }

    /**
     * Runs goroutines until Java is needed.
     *
     * @return {@link SchedulerCode#IDLE}, {@link SchedulerCode#STOPPED} or {@link SchedulerCode#EXITED}
     * @throws IllegalStateException from inside an upcall: g0's stack is in use
     */
    int enter() {
        if (entered) {
            throw new IllegalStateException(
                    "enter from inside an upcall: this carrier is running the goroutine that called."
                            + " Let the upcall return; goroutines it has started run then");
        }
        entered = true;
        try {
            return (int) enter.enter(address());
        } catch (Throwable thrown) { // it passed the gate, and the upcall's goroutine has ended over it
            if (m.get(memory, record, MachineField.EXITED) == 0) {
                throw thrown;
            }
            escaped = Optional.of(thrown);
            return SchedulerCode.EXITED;
        } finally {
            entered = false;
        }
    }

    /** Blocks until there may be work, or until all carriers are to stop. */
    void waitForWork() {
        waitForWork.call(address());
    }

    /** Returns what the upcall threw past the gate that the last goroutine ended over, if it ended so; once. */
    Optional<Throwable> takeEscaped() {
        Optional<Throwable> taken = escaped;
        escaped = Optional.empty();
        return taken;
    }

    /** Returns the address of the goroutine whose end made {@link #enter} return; once. */
    long takeExited() {
        long exited = m.get(memory, record, MachineField.EXITED);
        m.put(memory, record, MachineField.EXITED, 0);
        return exited;
    }

    /** Runs {@code work} on this carrier's thread, with what preemption needs. */
    void attached(Runnable work) {
        m.put(memory, record, MachineField.THREAD, os.currentThread());
        if (threadBlock.isPresent()) {
            threadBlock.get().around(() -> preemptible(work));
        } else {
            preemptible(work);
        }
    }

    private void preemptible(Runnable work) {
        if (preempter.isEmpty()) {
            work.run();
            return;
        }
        try (Preempter.Attachment thread = preempter.get().attach(address())) {
            reach(Optional.of(thread));
            try {
                work.run();
            } finally {
                reach(Optional.empty());
            }
        }
    }

    @Override
    public long progress() {
        return m.get(memory, record, MachineField.CURRENT) == 0 ? 0 : switches() + 1;
    }

    /** Under the same lock as {@link #preempt}: a thread that may have ended is never preempted, nor one that has its number. */
    private synchronized void reach(Optional<Preempter.Attachment> to) {
        reach = to;
    }

    @Override
    public synchronized void preempt() {
        reach.ifPresent(Preempter.Attachment::preempt);
    }

    long switches() {
        return m.get(memory, record, MachineField.SWITCHES)
                + SchedulerCode.PERIOD
                - m.get(memory, record, MachineField.BUDGET);
    }

    long upcalls() {
        return m.get(memory, record, MachineField.UPCALLS);
    }

    long preemptions() {
        return m.get(memory, record, MachineField.PREEMPTIONS);
    }
}
