// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.switches;

import java.util.OptionalInt;

/** What is measured of Trapeze itself, in the order it is shown. */
enum Subject {
    BARE("direct switch, nothing live", 2),
    FULL("direct switch, full Gobuf", 2),
    PRIMITIVES("mcall and gogo, no queue", 2),
    YIELD_2("yield", 2),
    YIELD_100("yield", 100),
    YIELD_1000("yield", 1000),
    YIELD_10000("yield", 10_000),
    YIELD_CONTROL("yield with control words", 2),
    SYSTEMSTACK("systemstack, native thunk"),
    UPCALL("upcall: systemstack to Java"),
    ENTER_LEAVE("enter and leave, nothing to run"),
    CALL_BOUND("function pointer, bound entry"),
    CALL_JNA_DIRECT("function pointer, JNA direct mapping"),
    CALL_JNA_FUNCTION("function pointer, JNA Function"),
    CALL_FOREIGN("function pointer, java.lang.foreign");

    private final String label;
    private final OptionalInt n;

    Subject(String label) {
        this(label, OptionalInt.empty());
    }

    Subject(String label, int n) {
        this(label, OptionalInt.of(n));
    }

    Subject(String label, OptionalInt n) {
        this.label = label;
        this.n = n;
    }

    String label() {
        return label;
    }

    OptionalInt n() {
        return n;
    }
}
