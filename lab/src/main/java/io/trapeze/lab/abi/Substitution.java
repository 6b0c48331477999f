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
     * Returns {@code abi} with one part of {@code other} in it, for each part in which they differ; without those that make a
     * description contradict itself.
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
            List<?> values = COMPOUND.contains(component.getType())
                    ? each((Record) own, (Record) foreign)
                    : own.equals(foreign) ? List.of() : List.of(foreign);
            for (Object value : values) {
                try {
                    results.add(with(record, component.getName(), value));
                } catch (AbiException contradiction) {
                    // this part does not go together with the rest: other parts have to tell
                }
            }
        }
        return results;
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
