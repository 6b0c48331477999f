// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.parked;

import io.trapeze.bench.sampling.Conditions;

/**
 * What a run of {@link ParkedBench} gave.
 *
 * @param conditions what it was measured on
 * @param goroutines how many were parked at once
 * @param resumed how many went on and ended afterwards
 * @param kernelGuardPages whether the kernel has guard pages that take no mapping
 * @param each what parked goroutines have added to the process, for one of them
 * @param reserveMs time to build a scheduler with room for all
 * @param createNs time to create one
 * @param parkNs time to start one and let it park
 * @param readyNs time to make one ready, from Java
 * @param resumeNs time to resume one and take leave of it when it has ended
 */
public record ParkedReport(
        Conditions conditions,
        int goroutines,
        long resumed,
        boolean kernelGuardPages,
        Footprint each,
        double reserveMs,
        double createNs,
        double parkNs,
        double readyNs,
        double resumeNs) {
    /** Whether every goroutine went on. */
    public boolean verified() {
        return resumed == goroutines;
    }
}
