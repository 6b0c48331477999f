// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import io.trapeze.testkit.state.Difference;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Requirements of code under test: what is not so ends the try, and says what and by which rule. */
public final class Expect {
    private Expect() {}

    /** Requires something that is not a matter of one value. */
    static void that(String where, String what, boolean holds, String rule) {
        if (!holds) {
            throw new BrokenRule(new Difference(where, what, "so", "not so", rule));
        }
    }

    /** Requires a value. */
    public static void equal(String where, String what, Object expected, Object found, String rule) {
        if (!text(expected).equals(text(found))) {
            throw new BrokenRule(new Difference(where, what, text(expected), text(found), rule));
        }
    }

    /**
     * Requires the same values, by name.
     *
     * @param rule by name, too
     */
    public static void same(
            String where, Map<String, String> expected, Map<String, String> found, UnaryOperator<String> rule) {
        expected.forEach(
                (name, value) -> equal(where, name, value, found.getOrDefault(name, "nothing"), rule.apply(name)));
    }

    private static String text(Object value) {
        return value instanceof Long number
                ? HexFormat.of().toHexDigits(number)
                : value instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : value.toString();
    }
}
