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
     * Returns {@code abi} with one part of {@code other} in it, for each part in which they differ: of a list that does not go
     * together with the rest, with each of its elements; without what makes a description contradict itself.
     */
    public static List<Abi> each(Abi abi, Abi other) {
        return each((Record) abi, other).stream().map(Abi.class::cast).toList();
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

    private static List<Record> each(Record record, Record other) {
        List<Record> results = new ArrayList<>();
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            Object own = get(record, component);
            Object foreign = get(other, component);
            if (COMPOUND.contains(component.getType())) {
                each((Record) own, (Record) foreign).forEach(value -> add(results, record, component, value));
            } else if (!own.equals(foreign)
                    && !add(results, record, component, foreign)
                    && own instanceof List<?> list) {
                each(list, (List<?>) foreign).forEach(value -> add(results, record, component, value));
            }
        }
        return results;
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

    /** Adds a record with another value for a component; returns whether they go together. */
    private static boolean add(List<Record> results, Record record, RecordComponent component, Object value) {
        try {
            results.add(with(record, component.getName(), value));
            return true;
        } catch (AbiException contradiction) {
            return false; // other parts, or a part of this one, have to tell
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
