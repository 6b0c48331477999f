// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import com.sun.jna.Function;
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
final class LibC implements UnixCalls {

    private final NativeLibrary library = NativeLibrary.getProcess();
    private final Map<String, Function> functions = new ConcurrentHashMap<>();

    @Override
    public long call(String name, Object... arguments) {
        return function(name).invokeLong(arguments);
    }

    @Override
    public int callInt(String name, Object... arguments) {
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

    @Override
    public int errno() {
        return Native.getLastError();
    }

    /** What to throw after this thread's last call failed. */
    HostException failure(String call, String arguments, String advice) {
        return new HostException(call, arguments, errno(), advice);
    }

    @Override
    public long symbol(String name) {
        return Pointer.nativeValue(library.getGlobalVariableAddress(name));
    }
}
