// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The C library of this process, called through JNA {@link Function} objects.
 *
 * <p>Not through JNA's direct mapping: registering a class of natives costs 16 to 30 ms of start-up, once, and saves 0.3 to
 * 1.4 µs a call; the calls made here are too few to ever earn that back.
 */
final class LibC {

    private final NativeLibrary library = NativeLibrary.getProcess();
    private final Map<String, Function> functions = new ConcurrentHashMap<>();

    /**
     * Calls {@code name} with integer or pointer arguments.
     *
     * @return what it returned; -1 stands for an error in all the calls used here, and {@link #errno()} then tells which
     */
    long call(String name, Object... arguments) {
        return function(name).invokeLong(arguments);
    }

    /** As {@link #call}, for functions that return a C {@code int}: the upper half of the register means nothing. */
    int callInt(String name, Object... arguments) {
        return function(name).invokeInt(arguments);
    }

    private Function function(String name) {
        Function known = functions.get(name);
        if (known == null) {
            known = library.getFunction(name);
            functions.put(name, known); // two threads may both look it up, and find the same
        }
        return known;
    }

    /** The error of this thread's last call. */
    int errno() {
        return Native.getLastError();
    }

    /** What to throw after this thread's last call failed. */
    HostException failure(String call, String arguments, String advice) {
        return new HostException(call, arguments, errno(), advice);
    }

    /**
     * @throws UnsatisfiedLinkError if the library has no such symbol
     */
    long symbol(String name) {
        return Pointer.nativeValue(library.getGlobalVariableAddress(name));
    }

    /** A zeroed block for a C structure, freed when it becomes unreachable. */
    static Memory structure(long bytes) {
        Memory memory = new Memory(bytes);
        memory.clear();
        return memory;
    }
}
