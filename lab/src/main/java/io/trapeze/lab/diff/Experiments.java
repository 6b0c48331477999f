// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.diff;

import io.trapeze.lab.abi.AbiRules;
import io.trapeze.lab.abi.RuleDifference;
import io.trapeze.lab.abi.Substitution;
import io.trapeze.lab.explain.Walk;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What becomes of a primitive's code when one part of its description is replaced by that of another description. What then
 * changes in a line comes from that part, whatever the line is.
 */
final class Experiments {
    /**
     * One replacement.
     *
     * @param paths the rules that it changed
     * @param pairs the code before, and the code after it
     */
    private record Experiment(Set<String> paths, List<Alignment.Pair> pairs) {}

    private final Walk walk;
    private final Abi other;
    private final SaveSet saveSet;
    private List<Experiment> parts;
    private List<Experiment> sections;

    /** Makes those in which parts of {@code other} replace parts of the convention that the walk is for. */
    Experiments(Walk walk, Abi other, SaveSet saveSet) {
        this.walk = walk;
        this.other = other;
        this.saveSet = saveSet;
    }

    /** Returns all rules that an experiment changes. */
    Set<String> paths() {
        return paths(experiment -> true);
    }

    /** Returns the rules by which a line comes or goes: those without which it is gone. */
    Set<String> thatRemove(Line line) {
        return paths(experiment -> experiment.pairs().stream()
                .anyMatch(pair -> is(pair.left(), line) && pair.right().isEmpty()));
    }

    /** Returns the rules by which a line comes that is not here: those with which one appears that does the same. */
    Set<String> thatAdd(Line line) {
        return paths(experiment -> experiment.pairs().stream()
                .anyMatch(pair -> pair.left().isEmpty()
                        && pair.right().orElseThrow().key().equals(line.key())));
    }

    /** Returns the rules that an operand of a line comes from. */
    Set<String> thatChange(Line line, int operand) {
        return paths(experiment -> experiment.pairs().stream()
                .anyMatch(pair -> is(pair.left(), line)
                        && pair.right()
                                .map(right -> differ(line, right, operand))
                                .orElse(false)));
    }

    private static boolean is(Optional<Line> found, Line line) {
        return found.isPresent() && found.get().step().number() == line.step().number();
    }

    private static boolean differ(Line line, Line right, int operand) {
        return line.operands().size() != right.operands().size()
                || !line.operands().get(operand).equals(right.operands().get(operand));
    }

    private Set<String> paths(Predicate<Experiment> condition) {
        if (parts == null) {
            parts = made(Substitution.each(walk.abi(), other), difference -> true);
        }
        return paths(parts, condition);
    }

    /** Returns the rules, none of them an element of a list, without which a line is gone that no part alone removes. */
    Set<String> thatTogetherRemove(Line line) {
        if (sections == null) {
            sections =
                    made(Substitution.sections(walk.abi(), other), d -> d.list().isEmpty());
        }
        return paths(
                sections,
                experiment -> experiment.pairs().stream()
                        .anyMatch(pair -> is(pair.left(), line) && pair.right().isEmpty()));
    }

    private static Set<String> paths(List<Experiment> experiments, Predicate<Experiment> condition) {
        return experiments.stream()
                .filter(condition)
                .flatMap(experiment -> experiment.paths().stream())
                .collect(Collectors.toCollection(HashSet::new));
    }

    private List<Experiment> made(List<Abi> replaced, Predicate<RuleDifference> kind) {
        List<Experiment> made = new ArrayList<>();
        List<Line> lines = Line.of(walk);
        AbiRules rules = AbiRules.of(walk.abi());
        for (Abi changed : replaced) {
            Set<String> paths = rules.differences(AbiRules.of(changed)).stream()
                    .filter(kind)
                    .map(RuleDifference::path)
                    .collect(Collectors.toSet());
            generated(changed).ifPresent(code -> made.add(new Experiment(paths, Alignment.of(lines, Line.of(code)))));
        }
        return made;
    }

    private Optional<Walk> generated(Abi changed) {
        try {
            return Optional.of(Walk.through(walk.primitive(), changed, saveSet));
        } catch (AbiException impossible) {
            return Optional.empty(); // it leaves too few registers: other experiments have to tell
        }
    }
}
