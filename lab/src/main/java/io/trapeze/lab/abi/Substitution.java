// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.abi;

import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import io.trapeze.trampolines.abi.ControlWords;
import io.trapeze.trampolines.abi.StackRules;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A description in which one part is that of another: what tells by experiment which part of a description a line of code
 * comes from.
 */
public final class Substitution {
    /** Parts that are taken apart further. */
    private static final Set<Class<?>> COMPOUND = Set.of(StackRules.class, ControlWords.class);

    private Substitution() {}

    /**
     * A part in which two descriptions differ, replaced in one of them. What makes a description contradict itself is left out.
     *
     * @param whole the description with the other's part
     * @param elements if the part is a list: with one element more that the other has, or without one that it lacks
     * @param <R> what the part is a part of
     */
    public record Part<R extends Record>(Optional<R> whole, List<R> elements) {
        /** Copies the list. */
        public Part {
            elements = List.copyOf(elements);
        }

        /** Returns what is most of the other's: the whole part, or else each element. */
        public List<R> most() {
            return whole.map(List::of).orElse(elements);
        }
    }

    /** Returns {@code abi} with one part of {@code other} in it, for each part in which they differ. */
    public static List<Part<Abi>> each(Abi abi, Abi other) {
        return parts(abi, other);
    }

    /**
     * Returns a record with another value for one of its components.
     *
     * @throws AbiException if that contradicts the others
     */
    public static <R extends Record> R with(R record, String component, Object value) {
        return with(record, Map.of(component, value));
    }

    /**
     * Returns a record with other values for some of its components, by their names.
     *
     * @throws AbiException if they contradict each other or the rest
     */
    public static <R extends Record> R with(R record, Map<String, ?> others) {
        RecordComponent[] components = record.getClass().getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            String name = components[i].getName();
            values[i] = others.containsKey(name) ? others.get(name) : get(record, components[i]);
        }
        try {
            @SuppressWarnings("unchecked") // the class of an R
            Class<R> type = (Class<R>) record.getClass();
            return type.getConstructor(types).newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof AbiException contradiction) {
                throw contradiction;
            }
            throw new IllegalStateException("can't put other " + others.keySet() + " into " + record, e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("can't put other " + others.keySet() + " into " + record, e);
        }
    }

    private static <R extends Record> List<Part<R>> parts(R record, R other) {
        List<Part<R>> parts = new ArrayList<>();
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            Object own = get(record, component);
            Object foreign = get(other, component);
            String name = component.getName();
            if (COMPOUND.contains(component.getType())) {
                for (Part<Record> part : parts((Record) own, (Record) foreign)) {
                    parts.add(new Part<>(part.whole().flatMap(value -> sound(record, name, value)), List.of()));
                }
            } else if (!own.equals(foreign)) {
                List<R> elements = new ArrayList<>();
                if (own instanceof List<?> list) {
                    each(list, (List<?>) foreign)
                            .forEach(value -> sound(record, name, value).ifPresent(elements::add));
                }
                parts.add(new Part<>(sound(record, name, foreign), elements));
            }
        }
        return parts;
    }

    /** Returns a list with one element of another in it, or without one that the other lacks, for each. */
    private static List<List<?>> each(List<?> list, List<?> other) {
        List<List<?>> results = new ArrayList<>();
        for (Object element : other) {
            if (!list.contains(element)) {
                List<Object> more = new ArrayList<>(list);
                more.add(element);
                results.add(more);
            }
        }
        for (Object element : list) {
            if (!other.contains(element)) {
                List<Object> less = new ArrayList<>(list);
                less.remove(element);
                results.add(less);
            }
        }
        return results;
    }

    private static <R extends Record> Optional<R> sound(R record, String component, Object value) {
        try {
            return Optional.of(with(record, component, value));
        } catch (AbiException contradiction) {
            return Optional.empty(); // other parts, or elements of this one, have to tell
        }
    }

    private static Object get(Record record, RecordComponent component) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "can't read " + component + " of " + record.getClass().getName(), e);
        }
    }
}
