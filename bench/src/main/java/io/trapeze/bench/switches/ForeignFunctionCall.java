// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.switches;

import io.trapeze.bench.sampling.Measure;
import io.trapeze.runtime.os.OperatingSystem;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Array;
import java.util.Optional;

/**
 * Calls of the same function through the foreign-function interface of JDK 22 and later. That is reached by reflection, since
 * this is compiled for 17; the calls themselves are not: the handle is a constant to the compiler, as its users are told to have it.
 */
final class ForeignFunctionCall {
    /** The first JDK that has the interface for good. */
    static final int FIRST_JDK = 22;

    private ForeignFunctionCall() {}

    /** The measure; empty on an older JDK. */
    static Optional<Measure> open() {
        return Runtime.version().feature() < FIRST_JDK ? Optional.empty() : Optional.of(ForeignFunctionCall::take);
    }

    private static Measure.Elapsed take(long times) {
        try {
            long sum = 0;
            long start = System.nanoTime();
            for (long i = 0; i < times; i++) {
                sum += (long) Labs.HANDLE.invokeExact(-i);
            }
            return FunctionCall.elapsed(start, sum, times);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(FunctionCall.FUNCTION + " can't be called by a method handle", e);
        }
    }

    /** Keeps the handle where the compiler takes it for a constant. */
    private static final class Labs {
        static final MethodHandle HANDLE = link();

        private static MethodHandle link() {
            try {
                Class<?> linker = Class.forName("java.lang.foreign.Linker");
                Class<?> option = Class.forName("java.lang.foreign.Linker$Option");
                Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
                Class<?> descriptor = Class.forName("java.lang.foreign.FunctionDescriptor");
                Class<?> layout = Class.forName("java.lang.foreign.MemoryLayout");
                Object javaLong = Class.forName("java.lang.foreign.ValueLayout")
                        .getField("JAVA_LONG")
                        .get(null);
                Object arguments = Array.newInstance(layout, 1);
                Array.set(arguments, 0, javaLong);
                Object type =
                        descriptor.getMethod("of", layout, arguments.getClass()).invoke(null, javaLong, arguments);
                Object function = segment.getMethod("ofAddress", long.class)
                        .invoke(null, OperatingSystem.current().symbol(FunctionCall.FUNCTION));
                Object none = Array.newInstance(option, 0);
                return (MethodHandle) linker.getMethod("downcallHandle", segment, descriptor, none.getClass())
                        .invoke(linker.getMethod("nativeLinker").invoke(null), function, type, none);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("JDK " + Runtime.version() + " has no java.lang.foreign as of 22", e);
            }
        }
    }
}
