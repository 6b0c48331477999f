// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import java.util.Optional;

/** One goroutine: a body that runs on a stack of its own. */
public final class Goroutine {
    private final Scheduler scheduler;
    private final Body body;
    private final long number;
    private final int slot;
    private final long address;
    private volatile boolean ended;
    private volatile Throwable thrown;

    Goroutine(Scheduler scheduler, Body body, long number, int slot, long address) {
        this.scheduler = scheduler;
        this.body = body;
        this.number = number;
        this.slot = slot;
        this.address = address;
    }

    /** Returns its number in its scheduler, from 1. */
    public long number() {
        return number;
    }

    /** Returns where it is in its life. */
    public GoroutineState state() {
        return ended ? GoroutineState.DEAD : scheduler.state(this);
    }

    /** Returns why it failed, if an upcall of its threw. */
    public Optional<GoroutineFailedException> failure() {
        return Optional.ofNullable(thrown).map(t -> new GoroutineFailedException(this, t));
    }

    Scheduler scheduler() {
        return scheduler;
    }

    Body body() {
        return body;
    }

    int slot() {
        return slot;
    }

    /** Returns the address of its G; meaningless once it has ended. */
    long address() {
        return address;
    }

    boolean hasEnded() {
        return ended;
    }

    void end() {
        ended = true;
    }

    void fail(Throwable cause) {
        thrown = cause;
    }

    @Override
    public String toString() {
        return "goroutine " + number + " (" + body.blob().name() + ")";
    }
}
