// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * An array of {@code JNINativeMethod}: name, signature and address, 24 bytes each, with the strings behind them in one block.
 */
final class NativeMethodTable implements AutoCloseable {

    private static final int ENTRY_BYTES = 3 * Native.POINTER_SIZE;

    private final Memory memory;

    private NativeMethodTable(Memory memory) {
        this.memory = memory;
    }

    static NativeMethodTable of(Map<Method, Long> addresses) {
        Memory memory = new Memory(ENTRY_BYTES * (long) addresses.size() + stringBytes(addresses));
        long entry = 0;
        long string = ENTRY_BYTES * (long) addresses.size();
        for (Map.Entry<Method, Long> method : addresses.entrySet()) {
            for (String text : strings(method.getKey())) {
                memory.setPointer(entry, memory.share(string));
                memory.setString(string, text, StandardCharsets.US_ASCII.name());
                entry += Native.POINTER_SIZE;
                string += text.length() + 1;
            }
            memory.setLong(entry, method.getValue());
            entry += Native.POINTER_SIZE;
        }
        return new NativeMethodTable(memory);
    }

    private static String[] strings(Method method) {
        return new String[] {method.getName(), descriptor(method)};
    }

    private static String descriptor(Method method) {
        return MethodType.methodType(method.getReturnType(), method.getParameterTypes())
                .toMethodDescriptorString();
    }

    private static long stringBytes(Map<Method, Long> addresses) {
        long bytes = 0;
        for (Method method : addresses.keySet()) {
            for (String text : strings(method)) {
                bytes += text.length() + 1;
            }
        }
        return bytes;
    }

    Pointer pointer() {
        return memory;
    }

    @Override
    public void close() {
        memory.close();
    }
}
