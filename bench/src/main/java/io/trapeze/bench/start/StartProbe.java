// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.start;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.JniEnvironment;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.trampolines.AsyncPreempt;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a fresh Java VM runs: it times its own start and prints it as {@link Start#line}. */
public final class StartProbe {
    private StartProbe() {}

    /** Times and prints. */
    public static void main(String[] arguments) {
        long start = System.nanoTime();
        loadJna();
        long loaded = System.nanoTime();
        List<CodeBlob> blobs = new ArrayList<>();
        for (Primitive primitive : Primitive.values()) {
            blobs.add(primitive.emit(Abi.SYSTEM_V, SaveSet.AVX512));
        }
        long emitted = System.nanoTime();
        CodeArena arena = CodeArena.open(OperatingSystem.current()); // the end of this process frees it
        for (CodeBlob blob : blobs) {
            arena.map(blob, Map.of(AsyncPreempt.CALLEE, arena.address())); // nothing is called: any address does
        }
        long mapped = System.nanoTime();
        JniEnvironment.instance();
        long bound = System.nanoTime();
        System.out.println(new Start(
                        milliseconds(start, loaded),
                        milliseconds(loaded, emitted),
                        milliseconds(emitted, mapped),
                        milliseconds(mapped, bound))
                .line());
    }

    private static void loadJna() {
        if (Native.POINTER_SIZE != Long.BYTES) {
            throw new IllegalStateException("a Java VM of " + Native.POINTER_SIZE + "-byte pointers");
        }
        NativeLibrary.getProcess(); // asks the system's ldconfig where libraries are
    }

    private static double milliseconds(long from, long to) {
        return (to - from) / 1e6;
    }
}
