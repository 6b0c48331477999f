// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import com.sun.jna.Memory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** A C library as a test plays it: notes each call, and answers as the test says. */
final class ScriptedC implements UnixCalls {
    final List<String> calls = new ArrayList<>();
    private final Map<String, ToLongFunction<Object[]>> answers = new HashMap<>();
    private final Map<String, Long> symbols = new HashMap<>();
    private final List<String> missing = new ArrayList<>();
    private int errno;

    ScriptedC answer(String function, ToLongFunction<Object[]> answer) {
        answers.put(function, answer);
        return this;
    }

    /** Refuses a function's calls, by -1 and an error number. */
    ScriptedC refuse(String function, int error) {
        return answer(function, a -> {
            errno = error;
            return -1;
        });
    }

    /** Has no such function. */
    ScriptedC lack(String... functions) {
        missing.addAll(List.of(functions));
        return this;
    }

    List<String> taken() {
        List<String> taken = List.copyOf(calls);
        calls.clear();
        return taken;
    }

    @Override
    public long call(String name, Object... arguments) {
        calls.add(name
                + Arrays.stream(arguments)
                        .map(a -> a instanceof Number n
                                ? Long.toHexString(n instanceof Long l ? l : n.intValue() & 0xFFFF_FFFFL)
                                : a instanceof Memory ? "*" : String.valueOf(a))
                        .collect(Collectors.joining(", ", "(", ")")));
        return answers.getOrDefault(name, a -> 0).applyAsLong(arguments);
    }

    @Override
    public int callInt(String name, Object... arguments) {
        return (int) call(name, arguments);
    }

    @Override
    public int errno() {
        return errno;
    }

    @Override
    public long symbol(String name) {
        if (missing.contains(name)) {
            throw new UnsatisfiedLinkError(name);
        }
        return symbols.computeIfAbsent(name, n -> 0x7000_0000L + 16L * symbols.size());
    }
}
