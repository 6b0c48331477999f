// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import io.trapeze.runtime.code.JniEnvironment;
import java.lang.invoke.MethodType;
import java.util.function.BiConsumer;

/**
 * Where emitted code enters Java: one method, called through JNI on the carrier's own stack.
 *
 * <p>Nothing thrown leaves it: a pending exception would make the next JNI call undefined. It belongs to the goroutine that called.
 */
final class UpcallGate implements AutoCloseable {
    private final GoroutineTable goroutines;
    private final BiConsumer<Goroutine, Throwable> onFailure;
    private final long handle;
    private final long method;

    /**
     * Opens it.
     *
     * @param goroutines who calls
     * @param onFailure is told of what is thrown
     */
    UpcallGate(GoroutineTable goroutines, BiConsumer<Goroutine, Throwable> onFailure) {
        this.goroutines = goroutines;
        this.onFailure = onFailure;
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
            return goroutines.at(goroutine).body().upcall((int) index).call(a0, a1, a2);
        } catch (Throwable thrown) { // whatever it is, it belongs to the goroutine
            fail(goroutine, thrown);
            return 0;
        }
    }

    /** Ends a goroutine at its upcall's return, with what the upcall threw as the reason, whether it was caught here or has passed. */
    void fail(long address, Throwable thrown) {
        Goroutine goroutine = goroutines.at(address);
        goroutine.fail(thrown);
        goroutines.markFailed(goroutine);
        try {
            onFailure.accept(goroutine, thrown);
        } catch (Throwable handler) { // a handler's failure must not reach emitted code either
            if (handler != thrown) {
                thrown.addSuppressed(handler);
            }
        }
    }

    @Override
    public void close() {
        JniEnvironment.instance().deleteGlobalRef(handle);
    }
}
