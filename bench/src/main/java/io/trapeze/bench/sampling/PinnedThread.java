// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.sampling;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import java.util.Optional;

/**
 * The calling thread, kept on one processor until closed; the other threads of the Java VM stay where they are. Threads and
 * processes that it starts meanwhile are kept there as well.
 */
public final class PinnedThread implements AutoCloseable {
    /** Of a {@code cpu_set_t}: 1024 processors, a bit each. */
    private static final int SET_BYTES = 128;

    private static final int CALLING_THREAD = 0;

    private final Memory before;

    private PinnedThread(Memory before) {
        this.before = before;
    }

    /**
     * Pins the calling thread.
     *
     * @param cpu a processor's number, from 0
     * @return empty if the system refuses, as a container may
     */
    public static Optional<PinnedThread> to(int cpu) {
        if (cpu < 0 || cpu >= SET_BYTES * Byte.SIZE) {
            throw new IllegalArgumentException(
                    "processor " + cpu + ": a set of processors holds 0 to " + (SET_BYTES * Byte.SIZE - 1));
        }
        Memory before = new Memory(SET_BYTES);
        before.clear();
        Memory wanted = new Memory(SET_BYTES);
        wanted.clear();
        wanted.setByte(cpu / Byte.SIZE, (byte) (1 << cpu % Byte.SIZE));
        boolean done = call("sched_getaffinity", before) && call("sched_setaffinity", wanted);
        return done ? Optional.of(new PinnedThread(before)) : Optional.empty();
    }

    private static boolean call(String name, Memory set) {
        Function function = NativeLibrary.getProcess().getFunction(name);
        return function.invokeInt(new Object[] {CALLING_THREAD, (long) SET_BYTES, set}) == 0;
    }

    /** Lets the thread go where it could go before. To be called on that thread. */
    @Override
    public void close() {
        call("sched_setaffinity", before);
    }
}
