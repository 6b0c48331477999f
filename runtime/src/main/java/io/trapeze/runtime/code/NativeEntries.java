// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

import io.trapeze.runtime.os.OperatingSystem;

/**
 * The native methods through which every function pointer is called. {@link JniEntries} emits their bodies; they are bound
 * once for the process, by the first {@link NativeFunction}.
 */
final class NativeEntries {

    private static boolean bound;

    private NativeEntries() {}

    /** Binds the methods below, unless that was done before. */
    static synchronized void requireBound() {
        if (!bound) {
            JniBinding.bind(OperatingSystem.current(), NativeEntries.class, JniEntries.emit());
            bound = true;
        }
    }

    static native long call0(long function);

    static native long call1(long function, long a0);

    static native long call2(long function, long a0, long a1);

    static native long call3(long function, long a0, long a1, long a2);

    static native long call4(long function, long a0, long a1, long a2, long a3);

    static native long call5(long function, long a0, long a1, long a2, long a3, long a4);

    static native long call6(long function, long a0, long a1, long a2, long a3, long a4, long a5);

    /** Calls {@code function(JNIEnv *, argument)}. */
    static native long enter(long function, long argument);
}
