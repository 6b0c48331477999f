// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.diff;

import io.trapeze.lab.abi.RuleDifference;
import io.trapeze.lab.explain.GobufRules;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.abi.Abi;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
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
     * What moves a field.
     *
     * @param paths the rules that fields before it are there for
     */
    record Movers(Set<String> paths) {
        /** Whether a rule is among them, or the order of the list that they are elements of. */
        boolean isCause(RuleDifference difference) {
            return paths.contains(difference.path())
                    || difference.path().equals(difference.list())
                            && paths.stream().anyMatch(path -> path.startsWith(difference.list() + ": "));
        }
    }

    /** Returns what moves a field that both have. */
    Movers of(String field) {
        Map<String, Integer> here = before(left, field);
        Map<String, Integer> there = before(right, field);
        Set<String> names = new HashSet<>(here.keySet());
        names.addAll(there.keySet());
        names.removeIf(name -> here.containsKey(name) && here.get(name).equals(there.get(name)));
        Set<String> paths = new HashSet<>();
        names.forEach(name -> paths.add((here.containsKey(name) ? leftRules : rightRules).path(name)));
        return new Movers(paths);
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
