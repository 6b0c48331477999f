// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Tries inputs on a thread of its own and names the one that does not come back, takes too much memory or fails.
 *
 * @param <I> what an input is
 */
final class Watchdog<I> {
    private static final long PATIENCE_MILLIS = 60_000;
    private static final ThreadMXBean MEMORY = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final long mostBytes;
    private final Function<I, String> shown;
    private final AtomicReference<AssertionError> failure = new AtomicReference<>();
    private volatile I current;
    private volatile long tried;

    /**
     * Makes one.
     *
     * @param mostBytes how many bytes one input may make the virtual machine allocate
     * @param shown how an input is written in a message
     */
    Watchdog(long mostBytes, Function<I, String> shown) {
        this.mostBytes = mostBytes;
        this.shown = shown;
    }

    /** Tries {@code count} inputs one after the other. */
    void watch(long count, Function<Long, I> input, Consumer<I> trial) {
        Thread worker = new Thread(() -> work(count, input, trial), "fuzz");
        worker.setDaemon(true); // a hang ends with the test, not with the build
        worker.start();
        long last = -1;
        try {
            while (worker.isAlive()) {
                worker.join(PATIENCE_MILLIS);
                if (worker.isAlive() && tried == last) {
                    throw new AssertionError("input " + tried + " does not come back: " + shown.apply(current));
                }
                last = tried;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while fuzzing", e);
        }
        if (failure.get() != null) {
            throw failure.get();
        }
    }

    private void work(long count, Function<Long, I> inputs, Consumer<I> trial) {
        long thread = Thread.currentThread().getId();
        for (long i = 0; i < count; i++) {
            I input = inputs.apply(i);
            current = input;
            tried = i;
            long before = MEMORY.getThreadAllocatedBytes(thread);
            try {
                trial.accept(input);
            } catch (RuntimeException | Error e) {
                failure.set(new AssertionError("input " + i + " fails: " + shown.apply(input), e));
                return;
            }
            long allocated = MEMORY.getThreadAllocatedBytes(thread) - before;
            if (allocated > mostBytes) {
                failure.set(new AssertionError(
                        "input " + i + " takes " + allocated + " bytes of memory: " + shown.apply(input)));
                return;
            }
        }
    }
}
