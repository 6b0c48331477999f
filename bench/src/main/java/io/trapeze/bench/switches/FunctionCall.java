// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.switches;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import io.trapeze.bench.sampling.Measure;
import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.os.OperatingSystem;

/**
 * Calls of one function of the C library from Java: {@code labs}, which takes a {@code long} and returns one. Each way has a loop of
 * its own, so that the compiler sees one callee in each.
 */
final class FunctionCall {
    static final String FUNCTION = "labs";

    private FunctionCall() {}

    /** Through an entry bound with {@code RegisterNatives}. */
    static Measure bound(OperatingSystem os) {
        NativeFunction function = NativeFunction.at(os.symbol(FUNCTION));
        return times -> {
            long sum = 0;
            long start = System.nanoTime();
            for (long i = 0; i < times; i++) {
                sum += function.call(-i);
            }
            return elapsed(start, sum, times);
        };
    }

    /** Through a JNA {@code Function} object. */
    static Measure jnaFunction(OperatingSystem os) {
        Function function = NativeFunction.at(os.symbol(FUNCTION)).jna();
        return times -> {
            long sum = 0;
            long start = System.nanoTime();
            for (long i = 0; i < times; i++) {
                sum += function.invokeLong(new Object[] {-i});
            }
            return elapsed(start, sum, times);
        };
    }

    /** Through JNA's direct mapping, which reaches functions of libraries only, not any address. */
    static Measure jnaDirect() {
        Native.register(DirectMapping.class, NativeLibrary.getProcess());
        return times -> {
            long sum = 0;
            long start = System.nanoTime();
            for (long i = 0; i < times; i++) {
                sum += DirectMapping.labs(-i);
            }
            return elapsed(start, sum, times);
        };
    }

    private static final class DirectMapping {
        static native long labs(long value);
    }

    static Measure.Elapsed elapsed(long start, long sum, long times) {
        long nanos = System.nanoTime() - start;
        long expected = times * (times - 1) / 2;
        if (sum != expected) {
            throw new IllegalStateException(
                    FUNCTION + "(-i) for i < " + times + " added up to " + sum + " instead of " + expected);
        }
        return new Measure.Elapsed(nanos, times);
    }
}
