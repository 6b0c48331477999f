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
import java.util.function.Function;

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
     * A part in which two descriptions differ, replaced in one of them. What makes a description contradict itself is left out.
     *
     * @param whole the description with the other's part
     * @param elements if the part is a list: with one element of the other's, or without one that it lacks
     */
    public record Part(Optional<Abi> whole, List<Abi> elements) {
        /** Copies the list. */
        public Part {
            elements = List.copyOf(elements);
        }

        /** Returns what is most of the other's: the whole part, or else each element. */
        public List<Abi> most() {
            return whole.map(List::of).orElse(elements);
        }
    }

    /** Returns {@code abi} with one part of {@code other} in it, for each part in which they differ. */
    public static List<Part> each(Abi abi, Abi other) {
        List<Part> parts = new ArrayList<>();
        parts(abi, other, changed -> Optional.of((Abi) changed), parts);
        return parts;
    }

    /**
     * Returns {@code abi} with a whole section of {@code other} in it, for each in which they differ: what tells of code that comes
     * from two parts together.
     */
    public static List<Abi> sections(Abi abi, Abi other) {
        List<Abi> sections = new ArrayList<>();
        for (RecordComponent component : Abi.class.getRecordComponents()) {
            Object foreign = get(other, component);
            if (!get(abi, component).equals(foreign)) {
                sound(abi, component.getName(), foreign).ifPresent(sections::add);
            }
        }
        return sections;
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

    /**
     * Adds the parts in which two records differ, taking apart what has parts itself.
     *
     * @param around makes a description of a record with another value in it, unless that contradicts the rest
     */
    private static void parts(Record record, Record other, Function<Record, Optional<Abi>> around, List<Part> parts) {
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            Object own = get(record, component);
            Object foreign = get(other, component);
            Function<Object, Optional<Abi>> changed =
                    value -> sound(record, component.getName(), value).flatMap(around);
            if (own.equals(foreign)) {
                continue;
            }
            if (isCompound(own) && isCompound(foreign)) {
                parts((Record) own, (Record) foreign, changed::apply, parts);
            } else if (own instanceof Optional<?> one
                    && foreign instanceof Optional<?> two
                    && one.filter(Substitution::isCompound).isPresent()
                    && two.isPresent()) {
                parts((Record) one.get(), (Record) two.get(), value -> changed.apply(Optional.of(value)), parts);
            } else {
                List<Abi> elements = new ArrayList<>();
                if (own instanceof List<?> list) {
                    elements(record, list, (List<?>) foreign)
                            .forEach(value -> changed.apply(value).ifPresent(elements::add));
                }
                parts.add(new Part(changed.apply(foreign), elements));
            }
        }
    }

    private static boolean isCompound(Object value) {
        return COMPOUND.contains(value.getClass());
    }

    /** Arguments and results have places, which other elements must keep; whatever is preserved has not. */
    private static List<List<?>> elements(Record record, List<?> list, List<?> other) {
        boolean places = record instanceof ArgumentRules || record instanceof ResultRules;
        return places ? eachPlace(list, other) : each(list, other);
    }

    /** Returns a list with another's element in one place, for each, the place behind the last included. */
    private static List<List<?>> eachPlace(List<?> list, List<?> other) {
        List<List<?>> results = new ArrayList<>();
        for (int i = 0; i < Math.min(list.size() + 1, other.size()); i++) {
            List<Object> changed = new ArrayList<>(list.subList(0, i));
            changed.add(other.get(i));
            changed.addAll(list.subList(Math.min(i + 1, list.size()), list.size()));
            if (!changed.equals(list)) {
                results.add(changed);
            }
        }
        if (list.size() > other.size()) {
            results.add(list.subList(0, list.size() - 1));
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
