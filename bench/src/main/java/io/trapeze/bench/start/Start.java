// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.start;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One fresh Java VM's start, in milliseconds.
 *
 * @param jnaMs loading JNA and its native library
 * @param emitMs emitting the four primitives
 * @param mapMs opening executable memory and mapping them
 * @param bindMs binding native methods, after which Java can call them as function pointers
 */
public record Start(double jnaMs, double emitMs, double mapMs, double bindMs) {
    private static final String SEPARATOR = "\t";

    /** Emitting and mapping. */
    public double emitAndMapMs() {
        return emitMs + mapMs;
    }

    /** As one line, which {@link #parse} reads. */
    String line() {
        return List.of(jnaMs, emitMs, mapMs, bindMs).stream()
                .map(String::valueOf)
                .collect(Collectors.joining(SEPARATOR));
    }

    /**
     * Reads what {@link #line} gave.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static Start parse(String line) {
        double[] ms;
        try {
            ms = Arrays.stream(line.strip().split(SEPARATOR))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("a start is four numbers between tabs, and this is \"" + line + "\"", e);
        }
        if (ms.length != 4) {
            throw new IllegalArgumentException("a start is four numbers between tabs, and this is \"" + line + "\"");
        }
        return new Start(ms[0], ms[1], ms[2], ms[3]);
    }
}
