// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.switches;

import io.trapeze.bench.sampling.Conditions;
import java.util.List;

/**
 * What a run of {@link SwitchBench} gave.
 *
 * @param conditions what it was measured on
 * @param rows Trapeze's own numbers, then the peers'
 * @param peers what the peers were: version, and the command that ran them
 * @param absent what was not measured
 * @param verdicts the bars
 */
public record SwitchReport(
        Conditions conditions, List<Row> rows, List<String> peers, List<Absence> absent, List<Verdict> verdicts) {
    public SwitchReport {
        rows = List.copyOf(rows);
        peers = List.copyOf(peers);
        absent = List.copyOf(absent);
        verdicts = List.copyOf(verdicts);
    }

    /** Whether all that this machine has everything for was measured. */
    public boolean complete() {
        return absent.stream().noneMatch(Absence::broken);
    }
}
