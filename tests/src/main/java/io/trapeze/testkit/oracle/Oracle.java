// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.oracle;

import static io.trapeze.emitter.operand.Registers.rbp;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.testkit.state.Difference;
import io.trapeze.testkit.state.Part;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiField;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What has to be the same after code has run as before, with the rule that says so. It follows from the description of a
 * convention; RSP is not among it, because it has a value of its own in each role.
 */
public record Oracle(List<Rule> rules) {
    /**
     * One part of the state, and why it stays.
     *
     * @param text by the path of the description's field: {@code preserved.general: r12}
     */
    public record Rule(Part part, String text) {}

    /** Copies the list. */
    public Oracle {
        rules = List.copyOf(rules);
    }

    /**
     * Derives it.
     *
     * @param set what a preemption saves; the other roles do not look at it
     */
    public static Oracle of(Abi abi, Role role, SaveSet set) {
        return new Oracle(role == Role.PREEMPTION ? interrupted(abi, set) : called(abi, role));
    }

    private static List<Rule> called(Abi abi, Role role) {
        List<Rule> rules = new ArrayList<>();
        for (IndexReg register : abi.preservedGeneral()) {
            if (role == Role.SWITCH || register != abi.result()) { // it has the result then
                rules.add(new Rule(Part.of(register), AbiField.PRESERVED_GENERAL.of(register)));
            }
        }
        if (abi.preservesRbp()) {
            rules.add(new Rule(Part.of(rbp), AbiField.PRESERVED_RBP.is(true)));
        }
        abi.preservedVectors().forEach(v -> rules.add(new Rule(Part.of(v), AbiField.PRESERVED_VECTORS.of(v))));
        abi.preserved().masks().forEach(k -> rules.add(new Rule(Part.of(k), AbiField.PRESERVED_MASKS.of(k))));
        if (abi.controlWords().mxcsr()) {
            Part part = role == Role.SWITCH ? Part.MXCSR : Part.MXCSR_CONTROL;
            rules.add(new Rule(part, AbiField.CONTROL_MXCSR.is(true)));
        }
        if (abi.controlWords().x87()) {
            rules.add(new Rule(Part.X87_CONTROL, AbiField.CONTROL_X87.is(true)));
        }
        if (role != Role.SWITCH
                && !abi.threadBlock().isPresent()) { // else what it calls may come back on another thread
            for (Part base : Part.bases()) {
                rules.add(new Rule(base, "the thread's: a callee leaves " + base.name() + " alone"));
            }
        }
        if (role != Role.SWITCH) {
            abi.pinned().g().ifPresent(g -> rules.add(new Rule(Part.of(g), AbiField.PINNED_G.is(g))));
            abi.pinned().m().ifPresent(m -> rules.add(new Rule(Part.of(m), AbiField.PINNED_M.is(m))));
        }
        return rules;
    }

    private static List<Rule> interrupted(Abi abi, SaveSet set) {
        Optional<String> carrier = abi.pinned().m().map(IndexReg::name); // another one may go on with it
        return Part.all(set).stream()
                .filter(part -> !carrier.equals(Optional.of(part.name()))
                        && !part.name().equals("rsp"))
                .map(part -> new Rule(part, "save set " + set.label() + ": " + part.name()))
                .toList();
    }

    /** Returns the values of a state that the rules are about, by register. */
    public Map<String, String> values(RegisterState state) {
        Map<String, String> values = new LinkedHashMap<>();
        rules.forEach(rule -> values.put(rule.part().name(), state.get(rule.part())));
        return values;
    }

    /**
     * Returns every part that is not as it was.
     *
     * @param where what has happened in the meantime: {@code after mcall and gogo}
     */
    public List<Difference> differences(String where, RegisterState before, RegisterState after) {
        return rules.stream()
                .map(rule -> new Difference(
                        where, rule.part().name(), before.get(rule.part()), after.get(rule.part()), rule.text()))
                .filter(difference -> !difference.expected().equals(difference.found()))
                .toList();
    }

    /** Returns the rule about a register. */
    public Optional<String> about(String register) {
        return rules.stream()
                .filter(rule -> rule.part().name().equals(register))
                .map(Rule::text)
                .findFirst();
    }
}
