// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import java.util.Map;

/** Requirements in a process that has no test framework: what is not so ends the case, with a message that says what. */
final class Expect {
    private Expect() {}

    static void that(String what, boolean holds) {
        if (!holds) {
            throw new AssertionError("not so: " + what);
        }
    }

    /** Of maps, the first element that differs is named. */
    static void equal(String what, Object expected, Object found) {
        if (expected instanceof Map<?, ?> many && found instanceof Map<?, ?> other) {
            that(what + ": the same names " + many.keySet(), many.keySet().equals(other.keySet()));
            many.forEach((name, value) -> equal(what + ", " + name, value, other.get(name)));
        } else if (!expected.equals(found)) {
            throw new AssertionError("%s: expected %s, found %s".formatted(what, text(expected), text(found)));
        }
    }

    private static String text(Object value) {
        return value instanceof Long number ? "0x" + Long.toHexString(number) : value.toString();
    }
}
