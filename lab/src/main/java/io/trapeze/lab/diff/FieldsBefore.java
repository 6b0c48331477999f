// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.diff;

import io.trapeze.lab.abi.RuleDifference;
import io.trapeze.lab.explain.GobufRules;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.abi.Abi;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Why a field lies elsewhere in another convention's Gobuf: what lies before it in one of the two only, or in another size. */
final class FieldsBefore {
    private final Abi left;
    private final Abi right;
    private final GobufRules leftRules;
    private final GobufRules rightRules;

    FieldsBefore(Abi left, Abi right) {
        this.left = left;
        this.right = right;
        this.leftRules = GobufRules.of(left);
        this.rightRules = GobufRules.of(right);
    }

    /**
     * Returns what may move a field that both have.
     *
     * @param differences all rules in which the two differ
     */
    Set<RuleDifference> movers(String field, List<RuleDifference> differences) {
        Map<String, Integer> here = before(left, field);
        Map<String, Integer> there = before(right, field);
        Set<String> names = new HashSet<>(here.keySet());
        names.addAll(there.keySet());
        names.removeIf(name -> here.containsKey(name) && here.get(name).equals(there.get(name)));
        Set<RuleDifference> movers = new LinkedHashSet<>();
        names.forEach(name -> difference((here.containsKey(name) ? leftRules : rightRules).path(name), differences)
                .ifPresent(movers::add));
        return movers;
    }

    /** Returns the difference in a rule, or else that in the order of its list. */
    private static Optional<RuleDifference> difference(String path, List<RuleDifference> differences) {
        return differences.stream()
                .filter(d -> d.path().equals(path))
                .findFirst()
                .or(() -> differences.stream()
                        .filter(d -> d.isOrder() && d.isMeantBy(path))
                        .findFirst());
    }

    /** Returns the sizes of the fields before one, by name. */
    private static Map<String, Integer> before(Abi abi, String field) {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        for (Gobuf.Row row : Gobuf.of(abi).rows()) {
            if (row.name().equals(field)) {
                return sizes;
            }
            sizes.put(row.name(), row.size());
        }
        return sizes;
    }
}
