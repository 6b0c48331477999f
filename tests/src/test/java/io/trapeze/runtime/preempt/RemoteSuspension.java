// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.preempt;

import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.Suspension;
import io.trapeze.testkit.wine.WindowsProcess;

/** The emitted code that suspends and redirects threads, in a Windows process. */
public final class RemoteSuspension {
    private final WindowsProcess process;
    private final NativeMemory context;
    private final long preemptThread;

    /** Maps it there, with the functions and layouts that the Windows host gives. */
    public RemoteSuspension(WindowsProcess process, OperatingSystem windows, SafePoint safePoint) {
        Suspension suspension = (Suspension) windows.interrupts();
        this.process = process;
        this.context =
                NativeMemory.allocate(process.memory(), suspension.context().bytes());
        this.preemptThread = CodeArena.open(process.memory(), 4096)
                .map(SuspensionCode.emit(windows.abi(), suspension.calls(), suspension.context(), safePoint))
                .address();
    }

    /** Suspends a thread, and sends it to its carrier's trampoline if it may; returns what the code returns. */
    public long preempt(long thread, long carrier) {
        return process.call(preemptThread, thread, carrier, context.address());
    }
}
