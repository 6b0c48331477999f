// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.lab.doctor.Checkup;
import io.trapeze.lab.doctor.Diagnosis;
import io.trapeze.lab.render.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code trapeze doctor}: tells what this machine lets Trapeze do, and why not where it doesn't. */
@Command(
        name = "doctor",
        header = "Tell what works on this machine, what does not, and what to do about it.",
        sortOptions = false)
final class DoctorCommand implements Callable<Integer> {
    private final TrapezeCommand trapeze;

    @Option(names = "--json", description = "Print the findings as JSON.")
    private boolean json;

    DoctorCommand(TrapezeCommand trapeze) {
        this.trapeze = trapeze;
    }

    @Override
    public Integer call() {
        Diagnosis diagnosis = Checkup.here(trapeze.shell().environment());
        trapeze.shell().print(json ? Json.of(diagnosis) : DoctorReport.text(diagnosis, trapeze.outStyle()));
        return diagnosis.works() ? Exit.FINE : Exit.IMPOSSIBLE;
    }
}
