// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.runtime.os.Platform;
import io.trapeze.runtime.os.UnsupportedHostException;

/** What these tests need of the machine. */
final class ThisHost {
    private ThisHost() {}

    static void assumeThatItRunsCode() {
        try {
            Platform.current().requireSupported();
        } catch (UnsupportedHostException e) {
            abort(e.getMessage());
        }
    }

    static void assumeThatItRunsCapsules() {
        assumeThatItRunsCode();
        assumeTrue(Platform.current().isLinux(), "capsules are programs for Linux");
    }
}
