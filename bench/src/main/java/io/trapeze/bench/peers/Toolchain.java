// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.peers;

import java.util.Optional;

/** What builds and runs a peer's source: knows where to look for itself, and what to install when it is not there. */
sealed interface Toolchain permits BoostToolchain, GoToolchain, JdkToolchain {

    /** How to build and run with the toolchain found in these surroundings; empty when there is none. */
    Optional<Recipe> find(Surroundings surroundings);

    /** What was looked for in vain, and how to get it. */
    String whenAbsent();

    /**
     * What a failed build says about a part of the toolchain that is not installed, and how to get it; empty when the
     * build failed for another reason.
     *
     * @param diagnostics what the build wrote, in the C locale
     */
    default Optional<String> missingPart(String diagnostics) {
        return Optional.empty();
    }
}
