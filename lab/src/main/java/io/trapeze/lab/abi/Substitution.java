// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.abi;

import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import io.trapeze.trampolines.abi.ArgumentRules;
import io.trapeze.trampolines.abi.CallState;
import io.trapeze.trampolines.abi.ControlWords;
import io.trapeze.trampolines.abi.PinnedRegisters;
import io.trapeze.trampolines.abi.PreservedSet;
import io.trapeze.trampolines.abi.ResultRules;
import io.trapeze.trampolines.abi.StackRules;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A description in which one part is that of another: what tells by experiment which part of a description a line of code
 * comes from.
 */
public final class Substitution {
    /** Parts that are taken apart further. */
    private static final Set<Class<?>> COMPOUND = Set.of(
            ArgumentRules.class,
            ResultRules.class,
            PreservedSet.class,
            ControlWords.class,
            CallState.class,
            StackRules.class,
            PinnedRegisters.class,
            ThreadBlock.class);

    private Substitution() {}

    /**
     * Returns {@code abi} with one part of {@code other} in it, for each part in which they differ: of a list that does not go
     * together with the rest, with each of its elements; without what makes a description contradict itself.
     */
    public static List<Abi> each(Abi abi, Abi other) {
        List<Abi> results = new ArrayList<>();
        each(abi, other, UnaryOperator.identity(), results);
        return results;
    }

    /**
     * Returns {@code abi} with a whole section of {@code other} in it, for each in which they differ: what tells of code that comes
     * from two parts together.
     */
    public static List<Abi> sections(Abi abi, Abi other) {
        List<Abi> results = new ArrayList<>();
        for (RecordComponent component : Abi.class.getRecordComponents()) {
            if (!get(abi, component).equals(get(other, component))) {
                add(results, value -> with(abi, component.getName(), value), get(other, component));
            }
        }
        return results;
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

    /** Tries one value after the other for each component in which two records differ, taking apart what has parts itself. */
    private static void each(Record record, Record other, UnaryOperator<Object> whole, List<Abi> results) {
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            Object own = get(record, component);
            Object foreign = get(other, component);
            UnaryOperator<Object> around = value -> whole.apply(with(record, component.getName(), value));
            if (own.equals(foreign)) {
                continue;
            }
            if (isCompound(own) && isCompound(foreign)) {
                each((Record) own, (Record) foreign, around, results);
            } else if (own instanceof Optional<?> one
                    && foreign instanceof Optional<?> two
                    && one.filter(Substitution::isCompound).isPresent()
                    && two.isPresent()) {
                UnaryOperator<Object> present = value -> around.apply(Optional.of(value));
                each((Record) one.get(), (Record) two.get(), present, results);
            } else if (!add(results, around, foreign) && own instanceof List<?> list) {
                each(list, (List<?>) foreign).forEach(value -> add(results, around, value));
            }
        }
    }

    private static boolean isCompound(Object value) {
        return COMPOUND.contains(value.getClass());
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

    /** Adds a description with another value for one part; returns whether they go together. */
    private static boolean add(List<Abi> results, UnaryOperator<Object> around, Object value) {
        try {
            results.add((Abi) around.apply(value));
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
