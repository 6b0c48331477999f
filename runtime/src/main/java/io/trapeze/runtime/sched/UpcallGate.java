// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import io.trapeze.runtime.code.JniEnvironment;
import java.lang.invoke.MethodType;

/**
 * Where emitted code enters Java: one method, called through JNI on the carrier's own stack.
 *
 * <p>Nothing thrown leaves it: a pending exception would make the next JNI call undefined.
 */
final class UpcallGate implements AutoCloseable {
    private final Scheduler scheduler;
    private final long handle;
    private final long method;

    UpcallGate(Scheduler scheduler) {
        this.scheduler = scheduler;
        JniEnvironment jni = JniEnvironment.instance();
        this.method = jni.methodId(
                UpcallGate.class,
                "call",
                MethodType.methodType(long.class, long.class, long.class, long.class, long.class, long.class));
        this.handle = jni.newGlobalRef(this);
    }

    /** Returns the JNI handle of this object. */
    long handle() {
        return handle;
    }

    /** Returns the JNI id of {@link #call}. */
    long method() {
        return method;
    }

    /** Called by emitted code: goroutine, number of the upcall in its body, three arguments. */
    @SuppressWarnings("unused") // by emitted code
    private long call(long goroutine, long index, long a0, long a1, long a2) {
        try {
            return scheduler.goroutineAt(goroutine).body().upcall((int) index).call(a0, a1, a2);
        } catch (Throwable thrown) { // whatever it is, it belongs to the goroutine
            scheduler.fail(goroutine, thrown);
            return 0;
        }
    }

    @Override
    public void close() {
        JniEnvironment.instance().deleteGlobalRef(handle);
    }
}
