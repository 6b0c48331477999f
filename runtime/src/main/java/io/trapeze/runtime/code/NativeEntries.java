// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.runtime.os.OperatingSystem;
import java.lang.reflect.Method;

/**
 * The native methods through which function pointers, and functions of the Java Native Interface itself, are called. {@link
 * JniEntries} emits their bodies; they are bound once for the process, by the first who needs them.
 */
final class NativeEntries {

    private static boolean bound;

    private NativeEntries() {}

    /** Binds the methods below, unless that was done before. */
    static synchronized void requireBound() {
        if (!bound) {
            // Nobody lists these entries, and recording them would cost more start-up than all the rest.
            OperatingSystem os = OperatingSystem.current();
            CodeBlob entries = JniEntries.emit(new Assembler(false), os.abi());
            JniBinding.bind(os, NativeEntries.class, entries);
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

    /** {@link JniFunction#GET_VERSION}. */
    static native int version();

    /** {@link JniFunction#NEW_GLOBAL_REF}. */
    static native long newGlobalRef(Object object);

    /** {@link JniFunction#DELETE_GLOBAL_REF}. */
    static native void deleteGlobalRef(long handle);

    /** {@link JniFunction#FROM_REFLECTED_METHOD}. */
    static native long methodId(Method method);
}
