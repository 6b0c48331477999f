// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.Avx;
import io.trapeze.emitter.Avx512;
import io.trapeze.emitter.Instructions;
import io.trapeze.emitter.Sse;
import io.trapeze.emitter.Supervisor;
import io.trapeze.emitter.X87;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.Operand;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** The typed instruction methods, called for operands that are known only at run time. */
final class TypedMethods {
    /** The classes that they are in, and how one comes to those of an assembler; those of two are found in the first. */
    private static final Map<Class<?>, Function<Instructions, Object>> CLASSES = new LinkedHashMap<>();

    static {
        CLASSES.put(Instructions.class, instructions -> instructions);
        CLASSES.put(Sse.class, Instructions::sse);
        CLASSES.put(X87.class, Instructions::x87);
        CLASSES.put(Avx.class, Instructions::avx);
        CLASSES.put(Supervisor.class, Instructions::supervisor);
        CLASSES.put(Avx512.class, Instructions::avx512);
    }

    private final Map<String, List<Method>> byName = new HashMap<>();
    private final Map<Method, Call> calls = new HashMap<>();

    /** A typed method, found for operands of some types. */
    record Call(Function<Instructions, Object> owner, Class<?>[] types, MethodHandle handle) {
        /** Calls it. */
        void on(Instructions instructions, Operand... operands) {
            Object[] arguments = new Object[operands.length + 1];
            arguments[0] = owner.apply(instructions);
            for (int i = 0; i < operands.length; i++) {
                arguments[i + 1] = argument(types[i], operands[i]);
            }
            try {
                handle.invokeExact(arguments);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
        }

        private static Object argument(Class<?> type, Operand operand) {
            if (!(operand instanceof Immediate immediate)) {
                return operand;
            }
            // a 32-bit constant may be written as 0xFFFF_FFFF, which is −1 as an int
            return type == int.class ? (Object) (int) immediate.value() : (Object) immediate.value();
        }
    }

    TypedMethods() {
        for (Class<?> type : CLASSES.keySet()) {
            for (Method method : type.getDeclaredMethods()) {
                if (Modifier.isPublic(method.getModifiers())) {
                    byName.computeIfAbsent(method.getName(), n -> new ArrayList<>())
                            .add(method);
                }
            }
        }
    }

    /** Returns the method of this name that takes operands of these types; of two the one that says no AVX-512. */
    Call find(String mnemonic, List<Operand> operands) {
        return call(methods(mnemonic, operands)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no typed method for " + mnemonic + " " + operands)));
    }

    /** Returns the method that stands behind a mask, if {@link #find} finds another. */
    Optional<Call> findTwin(String mnemonic, List<Operand> operands) {
        List<Method> found = methods(mnemonic, operands).toList();
        boolean both = found.get(0).getDeclaringClass() != Avx512.class;
        return found.stream()
                .filter(method -> both && method.getDeclaringClass() == Avx512.class)
                .findFirst()
                .map(this::call);
    }

    private Stream<Method> methods(String mnemonic, List<Operand> operands) {
        return byName.getOrDefault(methodName(mnemonic), List.of()).stream().filter(method -> takes(method, operands));
    }

    /** Returns the call of a method; making one takes milliseconds. */
    private Call call(Method method) {
        return calls.computeIfAbsent(method, TypedMethods::callable);
    }

    private static Call callable(Method method) {
        try {
            MethodHandle handle = MethodHandles.lookup()
                    .unreflect(method)
                    .asSpreader(Object[].class, method.getParameterCount() + 1)
                    .asType(MethodType.methodType(void.class, Object[].class));
            return new Call(CLASSES.get(method.getDeclaringClass()), method.getParameterTypes(), handle);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private static String methodName(String mnemonic) {
        if (mnemonic.equals("int")) {
            return "int_"; // a Java keyword
        }
        int bar = mnemonic.indexOf('_');
        return bar < 0
                ? mnemonic
                : mnemonic.substring(0, bar)
                        + mnemonic.substring(bar + 1, bar + 2).toUpperCase(Locale.ROOT)
                        + mnemonic.substring(bar + 2);
    }

    private static boolean takes(Method method, List<Operand> operands) {
        Class<?>[] types = method.getParameterTypes();
        if (types.length != operands.size()) {
            return false;
        }
        for (int i = 0; i < types.length; i++) {
            boolean takes = types[i].isPrimitive()
                    ? operands.get(i) instanceof Immediate
                    : types[i].isInstance(operands.get(i));
            if (!takes) {
                return false;
            }
        }
        return true;
    }
}
