// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Objects;

/**
 * The functions of the Java Native Interface that hand out what emitted code must hold before it can call Java by itself.
 * Thread-safe; each works in the environment of the thread that calls it.
 */
public final class JniEnvironment {

    private static final JniEnvironment INSTANCE = new JniEnvironment();

    private JniEnvironment() {}

    /** The one of this process. */
    public static JniEnvironment instance() {
        NativeEntries.requireBound();
        return INSTANCE;
    }

    /** The version of the interface: major in the upper half, minor in the lower; {@code 0x000a0000} or more. */
    public int version() {
        return NativeEntries.version();
    }

    /**
     * Keeps an object reachable and gives emitted code a handle for it.
     *
     * @return the handle, valid in every thread until {@link #deleteGlobalRef}
     */
    public long newGlobalRef(Object object) {
        Objects.requireNonNull(object, "null has no handle: pass the object that emitted code shall know");
        return NativeEntries.newGlobalRef(object);
    }

    /** Gives a handle back, once; the Java VM crashes over one that is not its own. */
    public void deleteGlobalRef(long handle) {
        if (handle == 0) {
            throw new IllegalArgumentException("0 is not a handle: delete what newGlobalRef returned, once");
        }
        NativeEntries.deleteGlobalRef(handle);
    }

    /**
     * The id by which emitted code calls a method. It stays valid while the class is loaded, which a handle for the class sees
     * to.
     *
     * @param owner the class that declares the method; it is initialised by this
     * @throws IllegalArgumentException if it declares no such method; the message lists those of that name
     */
    public long methodId(Class<?> owner, String name, MethodType type) {
        return NativeEntries.methodId(declared(owner, name, type));
    }

    private static Method declared(Class<?> owner, String name, MethodType type) {
        return Arrays.stream(owner.getDeclaredMethods())
                .filter(method -> method.getName().equals(name))
                .filter(method -> typeOf(method).equals(type))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(owner.getName() + " declares no " + name + type + "; it has "
                                + Arrays.stream(owner.getDeclaredMethods())
                                        .filter(method -> method.getName().equals(name))
                                        .map(method -> name + typeOf(method))
                                        .toList()));
    }

    private static MethodType typeOf(Method method) {
        return MethodType.methodType(method.getReturnType(), method.getParameterTypes());
    }
}
