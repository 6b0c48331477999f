// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.preempt;

import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.SignalAction;
import io.trapeze.runtime.os.SignalStack;
import io.trapeze.runtime.os.Signals;
import java.util.BitSet;

/**
 * SIGURG as the preemption signal of this process, as in Go: ignored by default, so one that comes late harms nothing, and
 * not used by HotSpot.
 *
 * <p>The handler is installed when the first scheduler asks and stays: code that a signal may still be on its way to can
 * not be taken back. All schedulers share it; they must agree on the {@link SafePoint}.
 */
final class PreemptSignal implements Preempter {
    /** Carriers that can be registered at once, in the whole process. */
    static final int CAPACITY = 4096;

    /** Of the alternate signal stack: far more than the kernel's smallest, which grows with the vector registers. */
    private static final long STACK_BYTES = 64 * 1024;

    private static PreemptSignal installed;

    private final OperatingSystem os;
    private final Signals signals;
    private final int signal;
    private final SafePoint safePoint;
    private final NativeMemory table;
    private final BitSet taken = new BitSet();

    private PreemptSignal(OperatingSystem os, Signals signals, SafePoint safePoint) {
        this.os = os;
        this.signals = signals;
        this.signal = signals.signalFrame().urgent();
        this.safePoint = safePoint;
        // neither is ever closed: a signal may be on its way for as long as the process lives
        this.table = NativeMemory.allocate(os, (long) PreemptHandler.ENTRY_BYTES * CAPACITY);
        CodeArena arena = CodeArena.open(os, os.pageSize());
        SignalAction previous = signals.signalAction(signal);
        long handler = arena.map(PreemptHandler.emit(
                        safePoint,
                        signals.signalFrame(),
                        os.threadCalls().pointer(),
                        table.address(),
                        CAPACITY,
                        previous))
                .address();
        signals.installSignalAction(signal, SignalAction.handledAt(handler));
    }

    /**
     * Installs the handler, unless it is.
     *
     * @throws IllegalStateException if it was installed for records of another shape
     */
    static synchronized PreemptSignal install(OperatingSystem os, Signals signals, SafePoint safePoint) {
        if (installed == null) {
            installed = new PreemptSignal(os, signals, safePoint);
        }
        if (!installed.safePoint.equals(safePoint)) {
            throw new IllegalStateException("SIGURG is handled for " + installed.safePoint + " and cannot be for "
                    + safePoint + ": use one ABI for all preemptive schedulers of a process");
        }
        return installed;
    }

    @Override
    public Attachment attach(long carrier) {
        long target = signals.signalTarget();
        int place = register(carrier, target);
        try {
            return new SignalledThread(target, place);
        } catch (RuntimeException refused) {
            unregister(place);
            throw refused;
        }
    }

    /** Makes a carrier known to the handler. */
    private synchronized int register(long carrier, long target) {
        int place = taken.nextClearBit(0);
        if (place >= CAPACITY) {
            throw new IllegalStateException(
                    CAPACITY + " carriers are registered in this process: close schedulers that are done with");
        }
        taken.set(place);
        table.putLong(entry(place) + PreemptHandler.ENTRY_ASKED, 0);
        table.putLongRelease(entry(place) + PreemptHandler.ENTRY_CARRIER, carrier);
        table.putLongRelease(entry(place) + PreemptHandler.ENTRY_THREAD, target);
        return place;
    }

    /** Makes a carrier unknown; called by the carrier's own thread, so that no handler is using the entry. */
    private synchronized void unregister(int place) {
        table.putLongRelease(entry(place) + PreemptHandler.ENTRY_THREAD, 0);
        table.putLongRelease(entry(place) + PreemptHandler.ENTRY_CARRIER, 0);
        taken.clear(place);
    }

    private static long entry(int place) {
        return (long) place << PreemptHandler.ENTRY_BITS;
    }

    /** A carrier's thread, with an alternate stack for the handler. */
    private final class SignalledThread implements Attachment {
        private final long target;
        private final int place;
        private final NativeMemory stack;
        private final SignalStack previous;

        SignalledThread(long target, int place) {
            this.target = target;
            this.place = place;
            this.stack = NativeMemory.allocate(os, Math.max(STACK_BYTES, 2 * signals.minimumSignalStack()));
            try {
                this.previous = signals.installSignalStack(new SignalStack(stack.address(), stack.size()));
            } catch (RuntimeException refused) {
                stack.close();
                throw refused;
            }
        }

        @Override
        public void preempt() {
            table.putLongVolatile(entry(place) + PreemptHandler.ENTRY_ASKED, 1);
            signals.signalThread(target, signal, (long) PreemptHandler.MAGIC << 32 | place);
        }

        @Override
        public void close() {
            try (stack) {
                signals.installSignalStack(previous);
            } finally {
                // only now: what was sent last has arrived with the system calls above, and finds its carrier here
                unregister(place);
            }
        }
    }
}
