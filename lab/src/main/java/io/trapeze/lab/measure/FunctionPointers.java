// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.measure;

import com.sun.jna.Function;
import com.sun.jna.Native;
import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.os.OperatingSystem;
import java.util.List;

/** Calls of one C function from Java, in the three ways there are for it on every JDK from 17 on. */
final class FunctionPointers implements Measure {
    /** {@code long labs(long)}: nothing in it takes time but the call. */
    private static final String FUNCTION = "labs";

    /** The function as JNA's direct mapping declares it. */
    private static final class Direct {
        static {
            Native.register(Direct.class, "c");
        }

        static native long labs(long number);
    }

    @Override
    public String what() {
        return "function pointers";
    }

    @Override
    public List<Timing> take(Sampler sampler) {
        NativeFunction bound = NativeFunction.at(OperatingSystem.current().symbol(FUNCTION));
        Function jna = bound.jna();
        return List.of(
                sampler.time("function pointer, bound through JNI", count -> {
                    for (long i = 0; i < count; i++) {
                        require(bound.call(-5));
                    }
                }),
                sampler.time("function pointer, JNA direct mapping", count -> {
                    for (long i = 0; i < count; i++) {
                        require(Direct.labs(-5));
                    }
                }),
                sampler.time("function pointer, JNA Function", count -> {
                    for (long i = 0; i < count; i++) {
                        require(jna.invokeLong(new Object[] {-5L}));
                    }
                }));
    }

    private static void require(long result) {
        if (result != 5) {
            throw new IllegalStateException(
                    "labs(-5) returned " + result + ", not 5: the call passed its argument wrongly");
        }
    }
}
