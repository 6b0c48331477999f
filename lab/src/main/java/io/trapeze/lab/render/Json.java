// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.render;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Values as JSON (RFC 8259). Whatever fits into a line stays in one; the rest has one member a line.
 *
 * <p>Records become objects with the names of their components, maps objects, iterables arrays, enum constants strings in
 * lower case with {@code -} for {@code _}; an empty {@link Optional} of any sort is {@code null}.
 */
public final class Json {
    private static final int LINE = 240;

    private Json() {}

    /**
     * Returns a value as JSON, with a line end.
     *
     * @throws IllegalArgumentException if JSON can't express it, such as a number that is not finite
     */
    public static String of(Object value) {
        return write(value, 0) + "\n";
    }

    private static String write(Object value, int indent) {
        if (value instanceof Optional<?> optional) {
            return write(optional.orElse(null), indent);
        } else if (value instanceof OptionalInt optional) {
            return optional.isPresent() ? Integer.toString(optional.getAsInt()) : "null";
        } else if (value instanceof OptionalDouble optional) {
            return write(optional.isPresent() ? optional.getAsDouble() : null, indent);
        } else if (value instanceof Map<?, ?> map) {
            return object(map, indent);
        } else if (value instanceof Record record) {
            return object(components(record), indent);
        } else if (value instanceof Iterable<?> items) {
            List<String> members = new ArrayList<>();
            items.forEach(item -> members.add(write(item, indent + 1)));
            return group("[", members, "]", indent);
        }
        return scalar(value);
    }

    private static String scalar(Object value) {
        if (value == null || value instanceof Boolean) {
            return String.valueOf(value);
        } else if (value instanceof Number number) {
            return number(number);
        } else if (value instanceof CharSequence text) {
            return string(text);
        } else if (value instanceof Enum<?> constant) {
            return string(constant.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        }
        throw new IllegalArgumentException("a " + value.getClass().getName()
                + " has no form in JSON: turn it into text, number, list, map or record");
    }

    private static String number(Number number) {
        if (!Double.isFinite(number.doubleValue())) {
            throw new IllegalArgumentException("JSON has no number " + number + ": leave it out");
        }
        return number.toString();
    }

    private static String object(Map<?, ?> map, int indent) {
        List<String> members = new ArrayList<>();
        map.forEach((name, value) -> members.add(string(name.toString()) + ": " + write(value, indent + 1)));
        return group("{", members, "}", indent);
    }

    private static Map<String, Object> components(Record record) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            try {
                component.getAccessor().setAccessible(true);
                values.put(component.getName(), component.getAccessor().invoke(record));
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new IllegalArgumentException(
                        "can't read " + component + " of " + record.getClass().getName(), e);
            }
        }
        return values;
    }

    private static String group(String open, List<String> members, String close, int indent) {
        String line = open + String.join(", ", members) + close;
        if (2 * indent + line.length() <= LINE && line.indexOf('\n') < 0) {
            return line;
        }
        String margin = "\n" + "  ".repeat(indent + 1);
        return open + margin + String.join("," + margin, members) + "\n" + "  ".repeat(indent) + close;
    }

    private static String string(CharSequence text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default ->
                    json.append(c < 0x20 || unpaired(text, i) ? "\\u%04x".formatted((int) c) : String.valueOf(c));
            }
        }
        return json.append('"').toString();
    }

    /** Half a surrogate pair can't be written as UTF-8. */
    private static boolean unpaired(CharSequence text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }
}
