// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.preempt;

import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.Suspension;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Preemption by suspending the carrier's thread, for systems without signals: whoever wants the preemption does all of it, by
 * {@linkplain SuspensionCode emitted code}, while the thread stands still.
 *
 * <p>The code stays for the life of the process, once for each shape of records.
 */
final class PreemptSuspension implements Preempter {
    private static final Map<SafePoint, PreemptSuspension> INSTALLED = new ConcurrentHashMap<>();

    private final OperatingSystem os;
    private final Suspension suspension;
    private final NativeFunction preemptThread;

    PreemptSuspension(OperatingSystem os, Suspension suspension, SafePoint safePoint) {
        this.os = os;
        this.suspension = suspension;
        CodeArena arena = CodeArena.open(os, os.pageSize()); // never closed: another thread may be in it
        this.preemptThread = arena.map(
                        SuspensionCode.emit(os.abi(), suspension.calls(), suspension.context(), safePoint))
                .function();
    }

    static PreemptSuspension install(OperatingSystem os, Suspension suspension, SafePoint safePoint) {
        return INSTALLED.computeIfAbsent(safePoint, shape -> new PreemptSuspension(os, suspension, shape));
    }

    @Override
    public Attachment attach(long carrier) {
        NativeMemory context = NativeMemory.allocate(os, suspension.context().bytes()); // whole pages: aligned enough
        try {
            return new SuspendedThread(suspension.openThread(), carrier, context);
        } catch (RuntimeException refused) {
            context.close();
            throw refused;
        }
    }

    /** A carrier's thread, with room for its registers. */
    private final class SuspendedThread implements Attachment {
        private final long handle;
        private final long carrier;
        private final NativeMemory context;

        SuspendedThread(long handle, long carrier, NativeMemory context) {
            this.handle = handle;
            this.carrier = carrier;
            this.context = context;
        }

        @Override
        public void preempt() {
            long outcome = preemptThread.call(handle, carrier, context.address());
            if (outcome != SuspensionCode.PREEMPTED && outcome != SuspensionCode.NOT_NOW) {
                throw suspension.failure(SuspensionCode.CALLS.get((int) (outcome >>> 32) - 1), (int) outcome);
            }
        }

        @Override
        public void close() {
            try (context) {
                suspension.closeThread(handle);
            }
        }
    }
}
