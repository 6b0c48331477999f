// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

/** Code in place, ready to be tried. */
@FunctionalInterface
interface Trial {
    /**
     * Tries it once.
     *
     * @throws BrokenRule if something is not as it must be
     * @throws StoppedRun if it did not come to its end
     */
    void run(Case tried);
}
