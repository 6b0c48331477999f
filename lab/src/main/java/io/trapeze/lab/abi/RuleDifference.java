// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.abi;

/**
 * A rule in which two descriptions differ.
 *
 * @param path the rule's path; that of a list where both have the same elements in another order
 * @param list the path of the list that it is an element of, or is; empty if it has to do with none
 * @param left what the first description says
 * @param right what the second one says
 */
public record RuleDifference(String path, String list, String left, String right) {
    /** Whether the rule is about something with this name, such as a register, in either description. */
    public boolean mentions(String name) {
        return left.equals(name) || right.equals(name) || path.endsWith(": " + name);
    }

    /** Whether a note that names {@code rule} means this one: by its own path, or by that of its list. */
    public boolean isMeantBy(String rule) {
        return rule.equals(path) || rule.equals(list);
    }

    /** Whether it is an element that only one of the two lists has. */
    public boolean isOfOneSide() {
        return path.contains(": ") || left.equals(AbiRules.ON_THE_STACK) || right.equals(AbiRules.ON_THE_STACK);
    }
}
