// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import io.trapeze.runtime.host.Host;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.trampolines.Omission;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;

/** What a scheduler is to be like; every number has a default. */
public final class SchedulerBuilder {
    /** The most carriers a scheduler has. */
    public static final int MAXIMUM_CARRIERS = 256;

    int carriers = Math.min(Runtime.getRuntime().availableProcessors(), MAXIMUM_CARRIERS);
    int maxGoroutines = 10_000;
    long stackBytes = 60 * 1024;
    Duration timeSlice = Duration.ofMillis(10);
    Optional<SaveSet> saveSet = Optional.empty();
    Optional<Abi> abi = Optional.empty();
    Omission omission = Omission.NONE;
    BiConsumer<Goroutine, Throwable> onFailure = SchedulerBuilder::log;

    SchedulerBuilder() {}

    private static void log(Goroutine goroutine, Throwable thrown) {
        System.getLogger("io.trapeze").log(System.Logger.Level.WARNING, goroutine + " failed in an upcall", thrown);
    }

    /**
     * Sets the number of carriers, the threads that run goroutines.
     *
     * @param count 1 to {@value #MAXIMUM_CARRIERS}; by default the number of processors
     */
    public SchedulerBuilder carriers(int count) {
        requireRange("carriers", count, 1, MAXIMUM_CARRIERS);
        carriers = count;
        return this;
    }

    /**
     * Sets how many goroutines may live at once. Each takes address space from the start, memory only once it runs.
     *
     * @param count 1 to 1,048,576; by default 10,000
     */
    public SchedulerBuilder maxGoroutines(int count) {
        requireRange("maxGoroutines", count, 1, 1 << 20);
        maxGoroutines = count;
        return this;
    }

    /**
     * Sets the size of each goroutine's stack.
     *
     * @param bytes a multiple of the page size, at least {@link io.trapeze.runtime.stack.StackSlab#MINIMUM_STACK_BYTES}; by
     *     default 60 KiB, which with its guard page fills a slot of 64 KiB
     */
    public SchedulerBuilder stackBytes(long bytes) {
        stackBytes = bytes;
        return this;
    }

    /**
     * Sets how long a goroutine may run before it is preempted.
     *
     * @param slice at least 1 ms, by default 10 ms; zero for never
     */
    public SchedulerBuilder timeSlice(Duration slice) {
        if (slice.isNegative() || (!slice.isZero() && slice.compareTo(Duration.ofMillis(1)) < 0)) {
            throw new IllegalArgumentException(
                    "timeSlice " + slice + ": must be at least 1 ms, or zero for no preemption");
        }
        timeSlice = slice;
        return this;
    }

    /** Sets what preemption saves; by default the widest state that the system lets programs use. */
    public SchedulerBuilder saveSet(SaveSet set) {
        saveSet = Optional.of(set);
        return this;
    }

    /**
     * Sets the ABI that goroutines live by, and that the primitives are generated for; by default the host's.
     *
     * <p>Between goroutines and the host, in calls of Java and of C, everything is kept that either of the two preserves. All
     * schedulers of a process that preempt must agree on the layouts that follow from the ABI, so others than the host's are best
     * kept to a process of their own, or built with {@code timeSlice(Duration.ZERO)}.
     */
    public SchedulerBuilder abi(Abi convention) {
        abi = Optional.of(convention);
        return this;
    }

    /** Makes switches forget registers that the ABI preserves: a lie, for checks to find. */
    public SchedulerBuilder omitting(Omission forgotten) {
        omission = forgotten;
        return this;
    }

    /** Sets what is told of a goroutine that failed in an upcall, on its carrier's thread; by default it is logged. */
    public SchedulerBuilder onFailure(BiConsumer<Goroutine, Throwable> handler) {
        onFailure = Objects.requireNonNull(handler, "handler");
        return this;
    }

    private static void requireRange(String name, int value, int low, int high) {
        if (value < low || value > high) {
            throw new IllegalArgumentException(name + " = " + value + ": must be in " + low + " … " + high);
        }
    }

    /**
     * Emits and maps the primitives and the scheduler for this host.
     *
     * @throws io.trapeze.runtime.os.UnsupportedHostException if this machine cannot run them
     * @throws io.trapeze.runtime.code.ExecutableMemoryException if the system refuses executable memory
     * @throws io.trapeze.trampolines.abi.AbiException if goroutines can't live by the ABI: it leaves too few registers, or takes
     *     what the host needs
     * @throws IllegalArgumentException if the stack's size is none
     */
    public Scheduler build() {
        Host host = Host.detect();
        return new Scheduler(OperatingSystem.current(), host, this);
    }
}
