// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.abi;

import static io.trapeze.trampolines.abi.AbiField.*;

import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiField;
import io.trapeze.trampolines.abi.GrowthCheck;
import io.trapeze.trampolines.abi.PreservedVector;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A description as a list of rules, each a path and a value: {@code arguments.integer[0] = rdi},
 * {@code preserved.general: rbx = preserved}, {@code stack.shadow = 32}.
 *
 * <p>The paths are those of {@link AbiField}; elements of lists have their own. Whoever adds a field adds its rule here, and every
 * explanation and comparison knows it.
 */
public final class AbiRules {
    static final String ON_THE_STACK = "on the stack";
    static final String NONE = "none";
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
            return path.contains(": ") && !value.contains(" as ") ? path : path + " = " + value;
        }

        /** Whether it speaks of something by its name, such as a register. */
        public boolean mentions(String name) {
            return value.equals(name) || path.endsWith(": " + name);
        }
    }

    private final Map<String, Rule> rules = new LinkedHashMap<>();
    /** Paths of rules that instructions name otherwise. */
    private final Map<String, String> notes = new HashMap<>();

    private AbiRules(Abi abi) {
        numbered(ARGUMENTS_INTEGER, abi.arguments().integer(), ON_THE_STACK);
        numbered(ARGUMENTS_VECTORS, abi.arguments().vectors(), ON_THE_STACK);
        add(ARGUMENTS_POSITIONAL, abi.arguments().positional());
        numbered(RESULTS_INTEGER, abi.results().integer(), NONE);
        numbered(RESULTS_VECTORS, abi.results().vectors(), NONE);
        elements(PRESERVED_GENERAL, abi.preserved().general(), PRESERVED, VOLATILE);
        add(PRESERVED_RBP, abi.preserved().rbp());
        vectors(abi.preserved().vectors());
        elements(PRESERVED_MASKS, abi.preserved().masks(), PRESERVED, VOLATILE);
        add(PRESERVED_OVERLAP, abi.preserved().overlap());
        add(CONTROL_MXCSR, abi.controlWords().mxcsr());
        add(CONTROL_X87, abi.controlWords().x87());
        add(CALLS_DIRECTION_FLAG, lowerCase(abi.calls().directionFlag()));
        elements(CALLS_ZERO, abi.calls().zero(), "zero", "anything");
        add(STACK_ALIGNMENT, abi.stack().alignment());
        add(STACK_SHADOW, abi.stack().shadow());
        add(STACK_SPILL, abi.stack().spill());
        add(STACK_RED_ZONE, abi.stack().redZone());
        add(STACK_INTERRUPT_SKIP, abi.stack().interruptSkip());
        add(STACK_MACHINE_FRAMES, abi.stack().machineFrames());
        add(GROWTH_GUARD, abi.growth() instanceof GrowthCheck.Guard check ? check.guard() : NONE);
        add(GROWTH_PROBE, abi.growth() instanceof GrowthCheck.Probe check ? check.probe() : NONE);
        add(PINNED_G, abi.pinned().g().map(Register::name).orElse(NONE));
        add(PINNED_M, abi.pinned().m().map(Register::name).orElse(NONE));
        add(THREAD_SEGMENT, abi.threadBlock().map(b -> lowerCase(b.segment())).orElse(NONE));
        for (ThreadBlock.Field field : abi.threadFields()) {
            String operand = abi.threadOperand(field).address().toString();
            element(THREAD_STACK_BOUNDS, field.name(), operand, NONE);
        }
    }

    /** Returns the rules of a description. */
    public static AbiRules of(Abi abi) {
        return new AbiRules(abi);
    }

    private static String lowerCase(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private void add(AbiField field, Object value) {
        add(new Rule(field.path(), "", value.toString(), ""));
    }

    /** Adds a list in which the place counts: the n-th register is for the n-th argument. */
    private void numbered(AbiField list, List<? extends Register> registers, String otherwise) {
        for (Register register : registers) {
            String path = list.path() + "[" + registers.indexOf(register) + "]";
            add(new Rule(path, list.path(), register.name(), otherwise));
            notes.put(list.of(register), path);
        }
    }

    private void elements(AbiField list, List<? extends Register> registers, String value, String otherwise) {
        registers.forEach(register -> element(list, register.name(), value, otherwise));
    }

    private void element(AbiField list, String name, String value, String otherwise) {
        add(new Rule(list.of(name), list.path(), value, otherwise));
    }

    /** Adds vectors by their low 128 bits, so that two widths of one register are two values of one rule. */
    private void vectors(List<PreservedVector> vectors) {
        for (PreservedVector vector : vectors) {
            String name = Registers.xmm(vector.number()).name();
            boolean plain = vector.name().equals(name);
            element(PRESERVED_VECTORS, name, plain ? PRESERVED : PRESERVED + " as " + vector.name(), VOLATILE);
            notes.put(PRESERVED_VECTORS.of(vector), PRESERVED_VECTORS.of(name));
        }
    }

    private void add(Rule rule) {
        rules.put(rule.path(), rule);
    }

    /**
     * Returns the path of the rule, or of the list, that a note of an instruction names: that of {@code stack.shadow = 32} is
     * {@code stack.shadow}, and that of {@code arguments.integer: rdi} is {@code arguments.integer[0]} where RDI is the first.
     */
    public String path(String note) {
        String named = note.contains(" = ") ? note.substring(0, note.indexOf(" = ")) : note;
        return notes.getOrDefault(named, named);
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

    /** Returns what the rule says that a note names, as one reads it, or a list with all its elements; empty for none. */
    public String text(String note) {
        if (note.isEmpty()) {
            return "";
        }
        String path = path(note);
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
