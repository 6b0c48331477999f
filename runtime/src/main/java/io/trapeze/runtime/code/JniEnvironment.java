// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

import com.sun.jna.Function;
import com.sun.jna.JNIEnv;
import com.sun.jna.Library;
import com.sun.jna.Pointer;
import io.trapeze.runtime.os.OperatingSystem;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;

/**
 * The Java Native Interface, called from Java: what emitted code needs to be handed before it can call Java by itself.
 *
 * <p>Each call goes through JNA and takes a microsecond or more: for setting up, not for the way. Thread-safe.
 */
public final class JniEnvironment {

    private static final Map<String, Object> OBJECTS_ALLOWED = Map.of(Library.OPTION_ALLOW_OBJECTS, Boolean.TRUE);

    private static JniEnvironment instance;

    private final Pointer table;

    private JniEnvironment(Pointer table) {
        this.table = table;
    }

    /** The one of this process. */
    public static synchronized JniEnvironment instance() {
        if (instance == null) {
            instance = new JniEnvironment(findTable());
        }
        return instance;
    }

    /** JNA passes the calling thread's {@code JNIEnv} to what it calls, so a function that returns its first quadword will do. */
    private static Pointer findTable() {
        try (CodeArena arena = CodeArena.open(OperatingSystem.current(), 1, "trapeze-probe");
                MappedCode probe = arena.map(JniEntries.tableOf())) {
            return new Pointer(invoke(new Pointer(probe.address()), JNIEnv.CURRENT));
        }
    }

    private static long invoke(Pointer function, Object... arguments) {
        return (long) Function.getFunction(function).invoke(long.class, arguments, OBJECTS_ALLOWED);
    }

    /** Calls a function of the table with the calling thread's environment as first argument. */
    private long call(JniFunction function, Object... arguments) {
        Object[] all = new Object[arguments.length + 1];
        all[0] = JNIEnv.CURRENT;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return invoke(table.getPointer(function.offset()), all);
    }

    /** The version of the interface: major in the upper half, minor in the lower; {@code 0x000a0000} or more. */
    public int version() {
        return (int) call(JniFunction.GET_VERSION);
    }

    /**
     * Keeps an object reachable and gives emitted code a handle for it.
     *
     * @return the handle, valid in every thread until {@link #deleteGlobalRef}
     */
    public long newGlobalRef(Object object) {
        if (object == null) {
            throw new IllegalArgumentException("no handle for null: there is no object to keep");
        }
        return call(JniFunction.NEW_GLOBAL_REF, object);
    }

    /** Gives a handle back, once; the Java VM crashes over one that is not its own. */
    public void deleteGlobalRef(long handle) {
        if (handle == 0) {
            throw new IllegalArgumentException("0 is not a handle: delete what newGlobalRef returned, once");
        }
        call(JniFunction.DELETE_GLOBAL_REF, handle);
    }

    /**
     * The id by which emitted code calls a method. It stays valid while the class is loaded, which a handle for the class sees
     * to.
     *
     * @param owner the class that declares the method
     * @throws IllegalArgumentException if it declares no such method; the message lists those of that name
     */
    public long methodId(Class<?> owner, String name, MethodType type) {
        return call(JniFunction.FROM_REFLECTED_METHOD, declared(owner, name, type));
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

    static MethodType typeOf(Method method) {
        return MethodType.methodType(method.getReturnType(), method.getParameterTypes());
    }

    /**
     * Binds static native methods to addresses.
     *
     * @throws UnsatisfiedLinkError if the Java VM refuses
     */
    void registerNatives(Class<?> owner, Map<Method, Long> addresses) {
        try (NativeMethodTable methods = NativeMethodTable.of(addresses)) {
            long result = call(JniFunction.REGISTER_NATIVES, owner, methods.pointer(), addresses.size());
            if ((int) result != 0) {
                throw new UnsatisfiedLinkError("RegisterNatives for " + owner.getName() + " returned " + (int) result);
            }
        }
    }
}
