// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import com.sun.jna.Pointer;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.testkit.wine.WindowsProcess;

/** Windows as the runtime calls it, in another process: what it returns is true there. */
public final class RemoteWindows implements WindowsCalls {
    private static final int BLOCK = 64 * 1024;

    private final WindowsProcess process;
    private NativeMemory block;
    private long used = BLOCK;

    private RemoteWindows(WindowsProcess process) {
        this.process = process;
    }

    /** The system of a process. */
    public static OperatingSystem of(WindowsProcess process) {
        return new Windows(new RemoteWindows(process));
    }

    @Override
    public long call(String function, long... arguments) {
        return process.kernel(function, arguments);
    }

    @Override
    public int lastError() {
        return process.lastError();
    }

    /** A piece of the memory that both processes see; never given back. */
    @Override
    public synchronized Pointer structure(long bytes) {
        long size = bytes + 15 & -16;
        if (used + size > BLOCK) {
            block = NativeMemory.allocate(process.memory(), BLOCK);
            used = 0;
        }
        Pointer pointer = new Pointer(block.address() + used);
        used += size;
        return pointer;
    }
}
