// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

import com.sun.jna.Function;
import com.sun.jna.JNIEnv;
import com.sun.jna.Library;
import com.sun.jna.Pointer;
import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.runtime.os.OperatingSystem;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes emitted code the body of a class's {@code static native} methods: the cheapest way from Java into machine code, on
 * JDK 17 and later alike.
 *
 * <p>The Java VM keeps the addresses for as long as the class lives and has no way to be told that they are gone. So the code
 * bound here is mapped for the rest of the process, in pages of its own, and a class is bound once.
 *
 * <p>A bound body is called by the rules of C with ({@code JNIEnv *}, {@code jclass}, the method's own arguments…), and its
 * thread counts as running native code meanwhile: the collector does not wait for it.
 */
public final class JniBinding {

    private static final Set<Class<?>> BOUND = ConcurrentHashMap.newKeySet();

    private JniBinding() {}

    /**
     * Binds every native method of a class to the blob's symbol of the same name.
     *
     * @param owner a final class whose native methods are all static and bear different names
     * @param entries one symbol for each of them
     * @throws IllegalArgumentException if class and blob don't match
     * @throws IllegalStateException if the class was bound before
     */
    public static void bind(OperatingSystem os, Class<?> owner, CodeBlob entries) {
        List<Method> natives = natives(owner, entries);
        if (!BOUND.add(owner)) {
            throw new IllegalStateException(
                    owner.getName() + " is bound already; its entries live as long as the process");
        }
        try {
            // Never closed: see the class's description.
            MappedCode code =
                    CodeArena.open(os, entries.size(), "trapeze-entries").map(entries);
            Map<Method, Long> addresses = new LinkedHashMap<>();
            natives.forEach(method -> addresses.put(method, code.address(method.getName())));
            register(os, owner, addresses);
        } catch (RuntimeException | LinkageError refused) {
            BOUND.remove(owner);
            throw refused;
        }
    }

    /**
     * JNA passes the calling thread's {@code JNIEnv} and a handle of the class on to whatever it calls, which is all that
     * {@code RegisterNatives} needs.
     */
    private static void register(OperatingSystem os, Class<?> owner, Map<Method, Long> addresses) {
        try (CodeArena arena = CodeArena.open(os, 1, "trapeze-registrar");
                MappedCode registrar = arena.map(JniEntries.registrar(new Assembler(false), os.abi()));
                NativeMethodTable methods = NativeMethodTable.of(addresses)) {
            Object[] arguments = {JNIEnv.CURRENT, methods.pointer(), addresses.size(), owner};
            int result = (int) Function.getFunction(new Pointer(registrar.address()))
                    .invoke(int.class, arguments, Map.of(Library.OPTION_ALLOW_OBJECTS, Boolean.TRUE));
            if (result != 0) {
                throw new IllegalStateException("the Java VM refused to bind the natives of " + owner.getName()
                        + ": RegisterNatives returned " + result);
            }
        }
    }

    private static List<Method> natives(Class<?> owner, CodeBlob entries) {
        if (!Modifier.isFinal(owner.getModifiers())) {
            throw new IllegalArgumentException(owner.getName() + " is not final: a subclass could hide what is bound");
        }
        List<Method> natives = Arrays.stream(owner.getDeclaredMethods())
                .filter(method -> Modifier.isNative(method.getModifiers()))
                .toList();
        if (natives.isEmpty()) {
            throw new IllegalArgumentException(owner.getName() + " declares no native method to bind");
        }
        for (Method method : natives) {
            if (!Modifier.isStatic(method.getModifiers())) {
                throw new IllegalArgumentException(owner.getName() + "." + method.getName() + " is not static");
            }
            if (!entries.symbols().containsKey(method.getName())) {
                throw new IllegalArgumentException(
                        "'" + entries.name() + "' has no symbol '" + method.getName() + "' for " + owner.getName()
                                + "; it has " + entries.symbols().keySet());
            }
        }
        return natives;
    }
}
