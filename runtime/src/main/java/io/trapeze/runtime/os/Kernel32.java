// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** kernel32.dll of this process, called through JNA {@link Function} objects, for the reason that {@link LibC} gives. */
final class Kernel32 implements WindowsCalls {
    private final NativeLibrary library = NativeLibrary.getInstance("kernel32");
    private final Map<String, Function> functions = new ConcurrentHashMap<>();

    @Override
    public long call(String function, long... arguments) {
        Object[] boxed = new Object[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            boxed[i] = arguments[i]; // a narrower parameter is the lower part of the same register or stack slot
        }
        return functions.computeIfAbsent(function, library::getFunction).invokeLong(boxed);
    }

    @Override
    public int lastError() {
        return Native.getLastError();
    }

    @Override
    public Pointer structure(long bytes) {
        Memory memory = new Memory(bytes);
        memory.clear();
        return memory;
    }
}
