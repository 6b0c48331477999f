// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.check;

import io.trapeze.testkit.check.Verdict.Failed;
import io.trapeze.testkit.mutate.Fate;
import io.trapeze.testkit.mutate.Fault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What came of mutants.
 *
 * @param scores how those of each fault fared, and the sum of all last
 * @param equivalences why mutants are no faults, and how many of them
 * @param mutants each of them
 */
public record MutationReport(List<Score> scores, Map<String, Integer> equivalences, List<Line> mutants) {
    private static final String ALL = "all";

    /**
     * How many there were.
     *
     * @param fault of which sort
     * @param killed found by the check
     * @param equivalent not found, since they do what the right code does
     * @param survived not found, for whatever reason
     */
    public record Score(String fault, int mutants, int killed, int equivalent, int survived) {}

    /**
     * A mutant.
     *
     * @param subject what it is a wrong version of
     * @param change what is wrong
     * @param fate {@code killed}, {@code equivalent} or {@code survived}
     * @param tries that were made
     * @param register what the check found wrong
     * @param rule the rule that this broke, or why it is none
     */
    public record Line(
            String subject,
            String fault,
            String change,
            String fate,
            int tries,
            Optional<String> register,
            String rule) {}

    /** Sums up. */
    public static MutationReport of(List<Fate> fates) {
        List<Score> scores = new ArrayList<>();
        for (Fault fault : Fault.values()) {
            List<Fate> some =
                    fates.stream().filter(f -> f.mutant().fault() == fault).toList();
            if (!some.isEmpty()) {
                scores.add(score(fault.label(), some));
            }
        }
        scores.add(score(ALL, fates));
        Map<String, Integer> equivalences = new LinkedHashMap<>();
        fates.stream()
                .filter(fate -> !fate.killed())
                .flatMap(fate -> fate.equivalence().stream())
                .forEach(why -> equivalences.merge(why, 1, Integer::sum));
        return new MutationReport(
                scores, equivalences, fates.stream().map(MutationReport::line).toList());
    }

    /** Whether none survived. */
    public boolean complete() {
        return scores.get(scores.size() - 1).survived() == 0;
    }

    /** Returns those that survived. */
    public List<Line> survivors() {
        return mutants.stream().filter(line -> line.fate().equals("survived")).toList();
    }

    private static Score score(String fault, List<Fate> fates) {
        int killed = (int) fates.stream().filter(Fate::killed).count();
        int survived = (int) fates.stream().filter(Fate::survived).count();
        return new Score(fault, fates.size(), killed, fates.size() - killed - survived, survived);
    }

    private static Line line(Fate fate) {
        String ending = fate.killed() ? "killed" : fate.survived() ? "survived" : "equivalent";
        Optional<Failed> failed = fate.verdict() instanceof Failed f ? Optional.of(f) : Optional.empty();
        return new Line(
                fate.subject().name(),
                fate.mutant().fault().label(),
                fate.mutant().change(),
                ending,
                fate.verdict().tries(),
                failed.map(f -> f.difference().register()),
                failed.map(f -> f.difference().rule()).or(fate::equivalence).orElse(""));
    }
}
