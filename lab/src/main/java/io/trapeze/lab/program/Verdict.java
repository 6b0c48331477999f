// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.program;

import java.util.ArrayList;
import java.util.List;

/** The checks of one run that failed: the first few in full, the others by their number. Thread-safe. */
final class Verdict {
    private static final int SHOWN = 8;

    private final List<String> shown = new ArrayList<>();
    private int failed;

    synchronized void fail(String failure) {
        if (failed++ < SHOWN) {
            shown.add(failure);
        }
    }

    /** Fails unless {@code found} is what was expected. */
    void expect(String what, long expected, long found) {
        if (expected != found) {
            fail("%s: expected %,d, found %,d".formatted(what, expected, found));
        }
    }

    /** Fails unless {@code found} is at least what was expected. */
    void expectAtLeast(String what, long expected, long found) {
        if (found < expected) {
            fail("%s: expected at least %,d, found %,d".formatted(what, expected, found));
        }
    }

    synchronized List<String> failures() {
        List<String> failures = new ArrayList<>(shown);
        if (failed > SHOWN) {
            failures.add("and %,d more".formatted(failed - SHOWN));
        }
        return failures;
    }
}
