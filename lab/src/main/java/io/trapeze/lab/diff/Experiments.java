// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.diff;

import io.trapeze.lab.abi.AbiRules;
import io.trapeze.lab.abi.RuleDifference;
import io.trapeze.lab.abi.Substitution;
import io.trapeze.lab.explain.Walk;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import io.trapeze.trampolines.abi.AbiField;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
    private final SaveSet saveSet;
    private final List<Line> lines;
    private final AbiRules rules;
    private final List<Substitution.Part> parts;
    private final List<Abi> sections;
    private final Map<Abi, Optional<Experiment>> made = new HashMap<>();

    /** Makes those in which parts of {@code other} replace parts of the convention that the walk is for. */
    Experiments(Walk walk, Abi other, SaveSet saveSet) {
        this.walk = walk;
        this.saveSet = saveSet;
        this.lines = Line.of(walk);
        this.rules = AbiRules.of(walk.abi());
        this.parts = Substitution.each(walk.abi(), other);
        this.sections = Substitution.sections(walk.abi(), other);
    }

    /** Returns all rules that an experiment changes. */
    Set<String> tried() {
        return parts.stream()
                .flatMap(part -> part.most().stream())
                .flatMap(abi -> experiment(abi).stream())
                .flatMap(experiment -> experiment.paths().stream())
                .collect(Collectors.toSet());
    }

    /** Returns the rules by which a line comes or goes: those without which it is gone. */
    Set<String> thatRemove(Line line) {
        return paths(experiment -> experiment.pairs().stream()
                .anyMatch(pair -> is(pair.left(), line) && pair.right().isEmpty()));
    }

    /** Returns the rules, none of them an element of a list, without which a line is gone that no part alone removes. */
    Set<String> thatTogetherRemove(Line line) {
        return sections.stream()
                .flatMap(abi -> experiment(abi).stream())
                .filter(experiment -> experiment.pairs().stream()
                        .anyMatch(pair -> is(pair.left(), line) && pair.right().isEmpty()))
                .flatMap(experiment -> experiment.paths().stream())
                .filter(path ->
                        AbiField.at(path).isPresent() && rules.elements(path).isEmpty())
                .collect(Collectors.toSet());
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

    /**
     * Returns the rules of those parts that make a condition true. Of a list that does, the elements that do alone; all if none
     * does. Elements whose effects cancel each other are no cause.
     */
    private Set<String> paths(Predicate<Experiment> condition) {
        Set<String> paths = new HashSet<>();
        for (Substitution.Part part : parts) {
            Optional<Experiment> whole = part.whole().flatMap(this::experiment);
            if (whole.isPresent() && !condition.test(whole.get())) {
                continue;
            }
            List<Experiment> elements = part.elements().stream()
                    .flatMap(abi -> experiment(abi).stream())
                    .filter(condition)
                    .toList();
            elements.forEach(element -> paths.addAll(element.paths()));
            if (elements.isEmpty()) {
                whole.ifPresent(experiment -> paths.addAll(experiment.paths()));
            }
        }
        return paths;
    }

    private Optional<Experiment> experiment(Abi changed) {
        return made.computeIfAbsent(changed, abi -> {
            try {
                Set<String> paths = rules.differences(AbiRules.of(abi)).stream()
                        .map(RuleDifference::path)
                        .collect(Collectors.toSet());
                List<Line> others = Line.of(Walk.through(walk.primitive(), abi, saveSet));
                return Optional.of(new Experiment(paths, Alignment.of(lines, others)));
            } catch (AbiException impossible) {
                return Optional.empty(); // it leaves too few registers: other experiments have to tell
            }
        });
    }
}
