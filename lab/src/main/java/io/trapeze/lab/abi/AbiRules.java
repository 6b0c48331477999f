// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.abi;

import io.trapeze.emitter.operand.Register;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A description as a list of rules, each a path and a value: {@code arguments.integer[0] = rdi},
 * {@code preserved.general: rbx = preserved}, {@code stack.shadow = 32}.
 *
 * <p>The paths are those of {@link io.trapeze.emitter.Instruction#rule}. Whoever adds a field to {@link Abi} adds its rule here, and
 * every explanation and comparison knows it.
 */
public final class AbiRules {
    static final String ON_THE_STACK = "on the stack";
    private static final String PRESERVED = "preserved";
    private static final String VOLATILE = "volatile";

    /**
     * One rule.
     *
     * @param path where the description says it; elements of a list have a path of their own, behind {@code :} or in brackets
     * @param list the path of the list that it is an element of; empty if it is none
     * @param value what it says
     * @param otherwise what holds where a description has no such rule
     */
    public record Rule(String path, String list, String value, String otherwise) {
        /** Returns the rule as one reads it: the path alone says all there is about an element that is in a list. */
        public String text() {
            return path.contains(": ") ? path : path + " = " + value;
        }

        /** Whether it speaks of something by its name, such as a register. */
        public boolean mentions(String name) {
            return value.equals(name) || path.endsWith(": " + name);
        }
    }

    private final Map<String, Rule> rules = new LinkedHashMap<>();

    private AbiRules(Abi abi) {
        for (int i = 0; i < abi.integerArguments().size(); i++) {
            String register = abi.integerArguments().get(i).name();
            add("arguments.integer[" + i + "]", "arguments.integer", register, ON_THE_STACK);
        }
        add("result", abi.result().name());
        elements("preserved.general", abi.preservedGeneral());
        add("preserved.rbp", abi.preservesRbp());
        elements("preserved.vectors", abi.preservedVectors());
        add("control.mxcsr", abi.controlWords().mxcsr() ? PRESERVED : VOLATILE);
        add("control.x87", abi.controlWords().x87() ? PRESERVED : VOLATILE);
        add("stack.alignment", abi.stack().alignment());
        add("stack.shadow", abi.stack().shadow());
        add("stack.red_zone", abi.stack().redZone());
        add("stack.interrupt_skip", abi.stack().interruptSkip());
        add("stack.machine_frames", abi.stack().machineFrames());
        for (ThreadBlock.Field field : abi.threadFields()) {
            String list = "thread.stack_bounds";
            add(list + ": " + field.name(), list, threadOperand(abi, field), "none");
        }
    }

    /** Returns the rules of a description. */
    public static AbiRules of(Abi abi) {
        return new AbiRules(abi);
    }

    private static String threadOperand(Abi abi, ThreadBlock.Field field) {
        return abi.threadOperand(field).address().toString();
    }

    private void elements(String list, Collection<? extends Register> registers) {
        registers.forEach(r -> add(list + ": " + r.name(), list, PRESERVED, VOLATILE));
    }

    private void add(String path, Object value) {
        add(path, "", value.toString(), "");
    }

    private void add(String path, String list, String value, String otherwise) {
        rules.put(path, new Rule(path, list, value, otherwise));
    }

    /** Returns all rules, in the order of the description. */
    public List<Rule> all() {
        return List.copyOf(rules.values());
    }

    /** Returns the rule with this path, if the description has one. */
    public Optional<Rule> rule(String path) {
        return Optional.ofNullable(rules.get(path));
    }

    /** Returns the elements of the list with this path. */
    public List<Rule> elements(String list) {
        return rules.values().stream().filter(r -> r.list().equals(list)).toList();
    }

    /** Returns what a path says, as one reads it: a rule, or a list with all its elements; empty for an empty path. */
    public String text(String path) {
        if (path.isEmpty()) {
            return "";
        }
        return rule(path).map(Rule::text).orElseGet(() -> elements(path).isEmpty() ? path : path + " = " + order(path));
    }

    private String order(String list) {
        return elements(list).stream()
                .map(r -> r.path().contains(": ") ? r.path().substring(list.length() + 2) : r.value())
                .collect(Collectors.joining(", "));
    }

    /** Returns where another description says something else, in the order of this one. */
    public List<RuleDifference> differences(AbiRules other) {
        List<RuleDifference> differences = new ArrayList<>();
        for (String path : union(rules.keySet(), other.rules.keySet())) {
            String here = value(path, other);
            String there = other.value(path, this);
            if (!here.equals(there)) {
                differences.add(new RuleDifference(path, either(path, other).list(), here, there));
            }
        }
        for (String list : union(lists(), other.lists())) {
            if (!common(list, other).equals(other.common(list, this))) {
                differences.add(new RuleDifference(list, list, order(list), other.order(list)));
            }
        }
        return differences;
    }

    /** Returns the elements of a list that another description has as well, in the order they have here. */
    private List<String> common(String list, AbiRules other) {
        return elements(list).stream()
                .map(Rule::path)
                .filter(other.rules::containsKey)
                .toList();
    }

    private String value(String path, AbiRules other) {
        return rules.containsKey(path)
                ? rules.get(path).value()
                : other.rules.get(path).otherwise();
    }

    private Rule either(String path, AbiRules other) {
        return rules.getOrDefault(path, other.rules.get(path));
    }

    private Set<String> lists() {
        return rules.values().stream()
                .map(Rule::list)
                .filter(list -> !list.isEmpty())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Set<String> union(Set<String> first, Set<String> second) {
        return Stream.concat(first.stream(), second.stream()).collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
