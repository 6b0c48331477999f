// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.preempt;

import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.SignalAction;
import java.util.BitSet;

/**
 * SIGURG as the preemption signal of this process, as in Go: ignored by default, so one that comes late harms nothing, and
 * not used by HotSpot.
 *
 * <p>The handler is installed when the first carrier registers and stays: code that a signal may still be on its way to can
 * not be taken back. All schedulers share it; they must agree on the {@link SafePoint}.
 */
public final class PreemptSignal {
    /** The signal's number on x86-64 Linux. */
    public static final int SIGURG = 23;

    /** Carriers that can be registered at once, in the whole process. */
    public static final int CAPACITY = 4096;

    private static PreemptSignal installed;

    private final OperatingSystem os;
    private final SafePoint safePoint;
    private final NativeMemory table;
    private final BitSet taken = new BitSet();

    private PreemptSignal(OperatingSystem os, SafePoint safePoint) {
        this.os = os;
        this.safePoint = safePoint;
        // neither is ever closed: a signal may be on its way for as long as the process lives
        this.table = NativeMemory.allocate(os, 8L * CAPACITY);
        CodeArena arena = CodeArena.open(os, os.pageSize());
        SignalAction previous = os.signalAction(SIGURG);
        long handler = arena.map(PreemptHandler.emit(safePoint, table.address(), CAPACITY, previous))
                .address();
        os.installSignalAction(SIGURG, SignalAction.handledAt(handler));
    }

    /**
     * Installs the handler, unless it is.
     *
     * @throws IllegalStateException if it was installed for records of another shape
     */
    public static synchronized PreemptSignal install(OperatingSystem os, SafePoint safePoint) {
        if (installed == null) {
            installed = new PreemptSignal(os, safePoint);
        }
        if (!installed.safePoint.equals(safePoint)) {
            throw new IllegalStateException("SIGURG is handled for " + installed.safePoint + " and cannot be for "
                    + safePoint + ": use one ABI for all preemptive schedulers of a process");
        }
        return installed;
    }

    /**
     * Makes a carrier known to the handler.
     *
     * @param carrier address of its record
     * @return its place, for {@link #send} and {@link #unregister}
     */
    public synchronized int register(long carrier) {
        int place = taken.nextClearBit(0);
        if (place >= CAPACITY) {
            throw new IllegalStateException(
                    CAPACITY + " carriers are registered in this process: close schedulers that are done with");
        }
        taken.set(place);
        table.putLongRelease(8L * place, carrier);
        return place;
    }

    /** Makes a carrier unknown; called by the carrier's own thread, so that no handler is using the entry. */
    public synchronized void unregister(int place) {
        table.putLongRelease(8L * place, 0);
        taken.clear(place);
    }

    /**
     * Asks a carrier to preempt what it runs.
     *
     * @param thread the kernel's number of the carrier's thread
     */
    public void send(int thread, int place) {
        os.signalThread(thread, SIGURG, (long) PreemptHandler.MAGIC << 32 | place);
    }
}
