// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.render;

import io.trapeze.lab.abi.RuleDifference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rules in which two descriptions differ, as a person reads them. */
final class CauseText {
    private static final Pattern NUMBERED = Pattern.compile("(\\D+)(\\d+)");

    private CauseText() {}

    /**
     * Returns one text for each rule, such as {@code stack.shadow: 0 → 32}; elements of a list that differ alike share one, such as
     * {@code preserved.vectors: xmm6–xmm15, volatile → preserved}.
     */
    static List<String> of(List<RuleDifference> causes) {
        Map<String, List<String>> elements = new LinkedHashMap<>();
        List<String> texts = new ArrayList<>();
        for (RuleDifference cause : causes) {
            String change = cause.left() + " → " + cause.right();
            int colon = cause.path().indexOf(": ");
            if (colon < 0) {
                texts.add(cause.path() + ": " + change);
            } else {
                elements.computeIfAbsent(cause.list() + ": %s, " + change, c -> new ArrayList<>())
                        .add(cause.path().substring(colon + 2));
            }
        }
        elements.forEach((pattern, names) -> texts.add(pattern.formatted(ranges(names))));
        return texts;
    }

    /** Returns names one behind the other, three and more with consecutive numbers as a range. */
    private static String ranges(List<String> names) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < names.size(); ) {
            int end = i;
            while (end + 1 < names.size() && follows(names.get(end), names.get(end + 1))) {
                end++;
            }
            if (end - i < 2) {
                parts.add(names.get(i++));
            } else {
                parts.add(names.get(i) + "–" + names.get(end));
                i = end + 1;
            }
        }
        return String.join(", ", parts);
    }

    private static boolean follows(String name, String next) {
        Matcher one = NUMBERED.matcher(name);
        Matcher other = NUMBERED.matcher(next);
        return one.matches()
                && other.matches()
                && one.group(1).equals(other.group(1))
                && Integer.parseInt(one.group(2)) + 1 == Integer.parseInt(other.group(2));
    }
}
