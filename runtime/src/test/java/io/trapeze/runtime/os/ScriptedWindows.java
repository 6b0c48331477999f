// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Windows as a test plays it: notes each call, and answers as the test says. */
final class ScriptedWindows implements WindowsCalls {
    static final int PAGE = 4096;
    static final int GRANULARITY = 64 * 1024;
    private static final long FIRST_FUNCTION = 0x7FF8_0000_0000L;

    final List<String> calls = new ArrayList<>();
    private final Map<String, ToLongFunction<long[]>> answers = new HashMap<>();
    private final Map<String, Long> functions = new HashMap<>();
    private int lastError;

    ScriptedWindows() {
        answer("GetSystemInfo", a -> {
            new Pointer(a[0]).setInt(4, PAGE);
            new Pointer(a[0]).setInt(40, GRANULARITY);
            return 0;
        });
        answer("LoadLibraryW", a -> 0x1000);
        answer("GetModuleHandleW", a -> 0x2000);
        answer("GetProcAddress", a -> {
            String name = new Pointer(a[1]).getString(0);
            return functions.computeIfAbsent(name, n -> FIRST_FUNCTION + 16L * functions.size());
        });
        answer("GetCurrentThreadId", a -> 0xFFFF_FFFF_0000_0123L); // the upper half means nothing
        answer("GetCurrentProcess", a -> -1);
    }

    /** Answers a function's calls from now on. */
    ScriptedWindows answer(String function, ToLongFunction<long[]> answer) {
        answers.put(function, answer);
        return this;
    }

    /** Refuses a function's calls from now on. */
    ScriptedWindows refuse(String function, int error) {
        return answer(function, a -> {
            lastError = error;
            return 0;
        });
    }

    /** The answer to one call that is refused. */
    long refused(int error) {
        lastError = error;
        return 0;
    }

    /** Where a function is. */
    long function(String name) {
        return functions.get(name);
    }

    /** The calls since the last time. */
    List<String> taken() {
        List<String> taken = List.copyOf(calls);
        calls.clear();
        return taken;
    }

    @Override
    public long call(String function, long... arguments) {
        calls.add(function
                + LongStream.of(arguments).mapToObj(Long::toHexString).collect(Collectors.joining(", ", "(", ")")));
        return answers.getOrDefault(function, a -> 1).applyAsLong(arguments);
    }

    @Override
    public int lastError() {
        return lastError;
    }

    @Override
    public Pointer structure(long bytes) {
        Memory memory = new Memory(bytes);
        memory.clear();
        return memory;
    }
}
