// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

/** How a run of code in a {@link Capsule} ended. */
public sealed interface Outcome {
    /** It came to its end; what it left is in the shared memory. */
    record Finished() implements Outcome {}

    /** A signal stopped it. */
    record Crashed(Crash crash) implements Outcome {}

    /** It was still running when its time was over. */
    record Hung(Crash crash) implements Outcome {}
}
