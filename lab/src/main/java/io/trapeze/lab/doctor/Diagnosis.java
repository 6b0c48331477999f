// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.doctor;

import java.util.List;
import java.util.stream.Stream;

/**
 * What came of looking at a machine.
 *
 * @param works whether code can run on it
 * @param areas the findings, area by area
 */
public record Diagnosis(boolean works, List<Area> areas) {
    /**
     * The findings of one area.
     *
     * @param area its name
     */
    public record Area(String area, List<Finding> findings) {}

    static Diagnosis of(List<Area> areas) {
        return new Diagnosis(
                areas.stream()
                        .noneMatch(
                                area -> area.findings().stream().anyMatch(finding -> finding.state() == State.BROKEN)),
                List.copyOf(areas));
    }

    /** All findings of a state. */
    public Stream<Finding> findings(State state) {
        return areas.stream().flatMap(area -> area.findings().stream()).filter(finding -> finding.state() == state);
    }
}
