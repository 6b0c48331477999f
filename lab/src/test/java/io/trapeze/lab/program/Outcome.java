// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.program;

/** Runs programs in small. */
final class Outcome {
    private Outcome() {}

    static ProgramReport of(Program program, int carriers, int goroutines) throws InterruptedException {
        return program.run(new ProgramOptions(carriers, goroutines, 42), doing -> {});
    }
}
