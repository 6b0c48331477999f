// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.runtime.code.MappedCode;
import java.util.List;

/**
 * A goroutine's code, mapped: any number of goroutines can run it.
 *
 * <p>It belongs to the scheduler that compiled it, and lives as long, unless it is {@linkplain #close closed} before.
 */
public final class Body implements AutoCloseable {
    private final Scheduler scheduler;
    private final MappedCode code;
    private final List<Upcall> upcalls;
    private final boolean closesWithLast;
    private final int preemptibleBytes;
    private int users;
    private boolean closed;

    Body(Scheduler scheduler, MappedCode code, List<Upcall> upcalls, boolean closesWithLast) {
        this.scheduler = scheduler;
        this.code = code;
        this.upcalls = upcalls;
        this.closesWithLast = closesWithLast;
        this.preemptibleBytes = GoroutineAssembler.isPreemptible(code.blob()) ? code.size() : 0;
    }

    /** Returns the code as it was emitted, with its listing. */
    public CodeBlob blob() {
        return code.blob();
    }

    boolean belongsTo(Scheduler other) {
        return scheduler == other;
    }

    /** Returns the bytes from {@link #address} on in which it may be preempted. */
    int preemptibleBytes() {
        return preemptibleBytes;
    }

    /** Returns where its code is mapped, until it is closed and its last goroutine has ended. */
    public long address() {
        return code.address();
    }

    Upcall upcall(int index) {
        return upcalls.get(index);
    }

    synchronized void enter() {
        if (closed) {
            throw new IllegalStateException("body '" + blob().name() + "' is closed: compile it again");
        }
        users++;
    }

    synchronized void exit() {
        users--;
        if (users == 0 && (closesWithLast || closed)) {
            code.close();
        }
    }

    /** Gives the code back, once the last goroutine that runs it has ended; no new one can be started. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            if (users == 0) {
                code.close();
            }
        }
    }
}
