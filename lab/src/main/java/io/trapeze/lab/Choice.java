// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.trampolines.abi.file.NearestName;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The legal values of an argument, by name. Iterates over the names in the order they are shown.
 *
 * @param <T> what the names stand for
 */
class Choice<T> implements ITypeConverter<T>, Iterable<String> {
    private final String noun;
    private final Map<String, T> byName = new LinkedHashMap<>();

    /**
     * @param noun what one is called in a message
     */
    Choice(String noun, Stream<T> values, Function<T, String> name) {
        this.noun = noun;
        values.forEach(value -> byName.put(name.apply(value), value));
    }

    @Override
    public T convert(String name) {
        T value = byName.get(name);
        if (value == null) {
            throw new TypeConversionException(unknown(noun, name, byName.keySet()));
        }
        return value;
    }

    @Override
    public Iterator<String> iterator() {
        return byName.keySet().iterator();
    }

    /** Names all that can be chosen: a sentence. */
    String offer() {
        return offer(byName.keySet());
    }

    /** Says that there is no such name, which one may have been meant, and which there are. */
    static String unknown(String noun, String name, Set<String> names) {
        return "unknown " + noun + " '" + name + "'. "
                + NearestName.of(name, names)
                        .map(n -> "Did you mean " + n + "? ")
                        .orElse("")
                + offer(names);
    }

    private static String offer(Set<String> names) {
        if (names.isEmpty()) {
            return "There is nothing to choose.";
        }
        String all = String.join(", ", names);
        int last = all.lastIndexOf(", ");
        return "Choose " + (last < 0 ? all : all.substring(0, last) + " or " + all.substring(last + 2)) + ".";
    }
}
