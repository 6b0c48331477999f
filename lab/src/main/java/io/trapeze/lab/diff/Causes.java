// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.diff;

import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.lab.abi.AbiRules;
import io.trapeze.lab.abi.RuleDifference;
import io.trapeze.lab.explain.Place;
import io.trapeze.lab.explain.State;
import io.trapeze.lab.explain.Walk;
import io.trapeze.trampolines.SaveSet;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Finds the rules that make a primitive's code for two conventions differ, line by line.
 *
 * <p>What a line says of itself comes first: the rule that it serves, the part that a register plays, the fields that lie before
 * the one it uses. Where that does not settle it, {@link Experiments} do.
 */
final class Causes {
    private static final String ARGUMENTS = "arguments.integer";

    private final Walk left;
    private final Walk right;
    private final List<RuleDifference> differences;
    private final Experiments onLeft;
    private final Experiments onRight;
    private final FieldsBefore fieldsBefore;

    Causes(Walk left, Walk right, SaveSet saveSet) {
        this.left = left;
        this.right = right;
        this.differences = AbiRules.of(left.abi()).differences(AbiRules.of(right.abi()));
        this.onLeft = new Experiments(left, right.abi(), saveSet);
        this.onRight = new Experiments(right, left.abi(), saveSet);
        this.fieldsBefore = new FieldsBefore(left.abi(), right.abi());
    }

    /** Returns the causes of a pair that is not the same on both sides, in the order of the description. */
    List<RuleDifference> of(Alignment.Pair pair) {
        Set<RuleDifference> causes = pair.isBoth()
                ? changed(pair.left().get(), pair.right().get())
                : pair.left()
                        .map(line -> alone(line, onLeft, onRight))
                        .orElseGet(() -> alone(pair.right().get(), onRight, onLeft));
        return differences.stream().filter(causes::contains).toList();
    }

    private Set<RuleDifference> alone(Line line, Experiments own, Experiments others) {
        Set<RuleDifference> served = narrowed(meantBy(line.rule()), line);
        if (!served.isEmpty()) {
            return served;
        }
        Set<String> removing = own.thatRemove(line);
        Set<RuleDifference> found = withPaths(removing.isEmpty() ? others.thatAdd(line) : removing);
        return found.isEmpty() ? withPaths(own.thatTogetherRemove(line)) : found;
    }

    /** Of a list's elements, those that the line is about: an argument that it loads, or a register that it names. */
    private Set<RuleDifference> narrowed(Set<RuleDifference> served, Line line) {
        Set<String> about = arguments(line);
        Set<RuleDifference> exact = only(served, d -> about.contains(d.path()));
        if (!exact.isEmpty()) {
            return exact;
        }
        Set<RuleDifference> named = only(
                served, d -> line.operands().stream().anyMatch(o -> o instanceof Register r && d.mentions(r.name())));
        return named.isEmpty() ? served : named;
    }

    private static Set<String> arguments(Line line) {
        if (line.rule().equals(ARGUMENTS) && line.operands().get(0) instanceof Mem) {
            return Set.of(ARGUMENTS + "[0]"); // passed on the stack: that of the function that is called, which has one
        }
        return line.operands().stream()
                .filter(Register.class::isInstance)
                .map(register -> line.step().made().register(((Register) register).name()))
                .flatMap(made -> Roles.argument(made).stream())
                .map(index -> ARGUMENTS + "[" + index + "]")
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private Set<RuleDifference> changed(Line one, Line other) {
        Set<RuleDifference> causes = new LinkedHashSet<>();
        boolean alike = one.operands().size() == other.operands().size();
        for (int i = 0; alike && i < one.operands().size(); i++) {
            if (!one.operands().get(i).equals(other.operands().get(i))) {
                causes.addAll(operand(one, other, i));
            }
        }
        if (causes.isEmpty()) {
            causes.addAll(meantBy(one.rule()));
            causes.addAll(meantBy(other.rule()));
        }
        return causes;
    }

    private Set<RuleDifference> operand(Line one, Line other, int index) {
        Operand a = one.operands().get(index);
        Operand b = other.operands().get(index);
        Set<String> found = new LinkedHashSet<>(onLeft.thatChange(one, index));
        found.addAll(onRight.thatChange(other, index));
        if (a instanceof Reg64 r && b instanceof Reg64 s) {
            return register(one, other, r, s, found);
        }
        Set<RuleDifference> causes = new LinkedHashSet<>();
        if (a instanceof Mem m && b instanceof Mem n) {
            memory(one, other, m.address(), n.address(), found, causes);
        } else {
            causes.addAll(number(one, other, found));
        }
        return causes.isEmpty() ? withPaths(found) : causes;
    }

    private void memory(Line one, Line other, Address a, Address b, Set<String> found, Set<RuleDifference> causes) {
        if (a.base() != b.base() && a.base() >= 0 && b.base() >= 0) {
            causes.addAll(register(one, other, Registers.gp64(a.base()), Registers.gp64(b.base()), found));
        }
        if (a.displacement() != b.displacement()) {
            Optional<String> field =
                    field(one, a).filter(f -> field(other, b).filter(f::equals).isPresent());
            Set<RuleDifference> before = field.isPresent()
                    ? tried(fieldsBefore.movers(field.get(), differences), found)
                    : number(one, other, found);
            causes.addAll(before.isEmpty() ? withPaths(found) : before);
        }
    }

    /** Returns the field of a Gobuf that an address leads to, if it leads to one. */
    private static Optional<String> field(Line line, Address address) {
        return Place.of(address, register -> line.step().before().register(register.name()))
                .flatMap(line.walk()::field);
    }

    private Set<RuleDifference> register(Line one, Line other, Reg64 a, Reg64 b, Set<String> found) {
        Optional<Integer> index = argument(one, a)
                .filter(i -> argument(other, b).filter(i::equals).isPresent());
        Predicate<RuleDifference> about = d -> d.mentions(a.name()) || d.mentions(b.name());
        if (index.isPresent()) {
            Set<RuleDifference> own =
                    only(differences, d -> d.path().equals(ARGUMENTS + "[" + index.get() + "]") && about.test(d));
            if (!own.isEmpty()) {
                return own;
            }
            // an argument of the function that is called, on its way to where that expects it
            int place = left.abi().integerArguments().indexOf(a);
            if (place >= 0 && place == right.abi().integerArguments().indexOf(b)) {
                return only(differences, d -> d.path().equals(ARGUMENTS + "[" + place + "]"));
            }
        }
        Set<RuleDifference> both = only(differences, d -> about.test(d) && found.contains(d.path()));
        if (!both.isEmpty()) {
            return both;
        }
        return found.isEmpty() ? only(differences, about) : withPaths(found);
    }

    private static Optional<Integer> argument(Line line, Reg64 register) {
        State before = line.step().before();
        Optional<Integer> held = Roles.argument(before.register(register.name()));
        return held.isPresent() ? held : Roles.argument(line.step().made().register(register.name()));
    }

    /** A number depends on how long a list is, and not on which registers are in it. */
    private Set<RuleDifference> number(Line one, Line other, Set<String> found) {
        Set<RuleDifference> experiments = withPaths(found);
        Set<RuleDifference> lengths = only(experiments, d -> d.list().isEmpty() || d.isOfOneSide());
        if (!lengths.isEmpty()) {
            return lengths;
        }
        if (!experiments.isEmpty()) {
            return experiments;
        }
        Set<RuleDifference> served = new LinkedHashSet<>(meantBy(one.rule()));
        served.addAll(meantBy(other.rule()));
        return served;
    }

    /** Drops those that an experiment found to change nothing; what takes as much room as something else moves no field. */
    private Set<RuleDifference> tried(Set<RuleDifference> causes, Set<String> found) {
        return only(
                causes,
                d -> found.contains(d.path())
                        || !onLeft.tried().contains(d.path())
                                && !onRight.tried().contains(d.path()));
    }

    private Set<RuleDifference> meantBy(String rule) {
        if (rule.isEmpty()) {
            return Set.of();
        }
        Set<RuleDifference> exact = only(differences, d -> d.path().equals(rule) && !d.isOrder());
        return exact.isEmpty() ? only(differences, d -> d.isMeantBy(rule)) : exact;
    }

    private Set<RuleDifference> withPaths(Collection<String> paths) {
        return only(differences, d -> paths.contains(d.path()));
    }

    private static Set<RuleDifference> only(Collection<RuleDifference> all, Predicate<RuleDifference> condition) {
        Set<RuleDifference> some = new LinkedHashSet<>();
        all.stream().filter(condition).forEach(some::add);
        return some;
    }
}
