// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.bench.emission.EmissionBench;
import io.trapeze.bench.emission.EmissionReport;
import io.trapeze.bench.parked.ParkedBench;
import io.trapeze.bench.parked.ParkedReport;
import io.trapeze.bench.start.StartBench;
import io.trapeze.bench.start.StartReport;
import io.trapeze.bench.switches.Effort;
import io.trapeze.bench.switches.SwitchBench;
import io.trapeze.bench.switches.SwitchReport;
import io.trapeze.lab.program.Program;
import io.trapeze.lab.program.Programs;
import java.util.List;

/**
 * What there is to run and to measure.
 *
 * @param programs for {@code trapeze run}
 * @param switches for {@code trapeze bench switch}
 * @param start for {@code trapeze bench start}, with the number of starts
 * @param emission for {@code trapeze bench emit}
 * @param parked for {@code trapeze bench parked}, with the number of goroutines
 */
record Repertoire(
        List<Program> programs,
        Bench<Effort, SwitchReport> switches,
        Bench<Integer, StartReport> start,
        Bench<io.trapeze.bench.emission.Effort, EmissionReport> emission,
        Bench<Integer, ParkedReport> parked) {
    /** All that this version has. */
    static Repertoire shipped() {
        return new Repertoire(Programs.all(), SwitchBench::run, StartBench::run, EmissionBench::run, ParkedBench::run);
    }

    Repertoire with(List<Program> others) {
        return new Repertoire(others, switches, start, emission, parked);
    }
}
