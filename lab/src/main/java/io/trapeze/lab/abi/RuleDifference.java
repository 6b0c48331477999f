// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.abi;

import java.util.Arrays;

/**
 * A rule in which two descriptions differ.
 *
 * @param path the rule's path; that of a list where what both lists have is in another order
 * @param list the path of the list that it is an element of, or is; empty if it has to do with none
 * @param left what the first description says
 * @param right what the second one says
 */
public record RuleDifference(String path, String list, String left, String right) {
    /** Whether it is the order of a list. */
    public boolean isOrder() {
        return path.equals(list);
    }

    /** Whether the rule is about something with this name, such as a register, in either description. */
    public boolean mentions(String name) {
        return has(left, name) || has(right, name) || path.endsWith(": " + name);
    }

    private static boolean has(String value, String name) {
        return Arrays.asList(value.split(", ")).contains(name);
    }

    /** Whether a note that names {@code rule} means this one: by its list, or because it is the order of that rule's list. */
    public boolean isMeantBy(String rule) {
        return rule.equals(path) || rule.equals(list) || isOrder() && rule.startsWith(list + ": ");
    }

    /** Whether it is an element that only one of the two lists has. */
    public boolean isOfOneSide() {
        return path.contains(": ") || isNoRegister(left) || isNoRegister(right);
    }

    private static boolean isNoRegister(String value) {
        return value.equals(AbiRules.ON_THE_STACK) || value.equals(AbiRules.NONE);
    }
}
