// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.memory.NativeMemory;

/**
 * The Java side of what the carriers of one scheduler share: through it they get goroutines from outside, and are told to stop.
 */
final class SharedRecord {
    private final Layout<SharedField> layout;
    private final NativeMemory memory;
    private final NativeFunction pushGlobal;
    private final NativeFunction ready;
    private final NativeFunction wakeAll;

    /**
     * Fills the record in.
     *
     * @param memory begins with it
     * @param scheduler the emitted code
     */
    SharedRecord(Records records, NativeMemory memory, MappedCode scheduler, int carriers) {
        this.layout = records.shared();
        this.memory = memory;
        this.pushGlobal = scheduler.function("push_global");
        this.ready = scheduler.function("ready");
        this.wakeAll = scheduler.function("wake_all");
        layout.put(memory, 0, SharedField.CARRIERS, carriers);
    }

    long address() {
        return memory.address();
    }

    /** Sends upcalls to an object, by its JNI handle, and a method of it, by its JNI id. */
    void directUpcalls(long target, long method) {
        layout.put(memory, 0, SharedField.UPCALL_TARGET, target);
        layout.put(memory, 0, SharedField.UPCALL_METHOD, method);
    }

    /** Puts a new goroutine into the global queue. */
    void push(Goroutine goroutine) {
        pushGlobal.call(goroutine.address(), address());
    }

    /** Makes a parked goroutine runnable, or gives it a permit; it must not have ended. */
    void ready(Goroutine goroutine) {
        ready.call(goroutine.address(), address());
    }

    /** Makes all carriers leave at their next look around. */
    void stop() {
        layout.put(memory, 0, SharedField.STOP, 1);
        wakeAll.call(address());
    }

    /** Lets carriers run that enter from now on. */
    void goOn() {
        layout.put(memory, 0, SharedField.STOP, 0);
    }
}
