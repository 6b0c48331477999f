// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.lab.program.ProgramOptions;
import io.trapeze.lab.program.ProgramReport;
import io.trapeze.lab.program.Ring;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.sched.Scheduler;
import io.trapeze.trampolines.Omission;
import io.trapeze.trampolines.abi.Abi;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What the child process runs: the ring by another ABI. It tells where its code is, then the report; what the VM tells of a
 * crash comes in between.
 */
public final class RingProcess {
    /** Starts the line of an instruction: its address, then its text. */
    static final String CODE = "@ ";
    /** Starts a line of the report: what, then the value. */
    static final String REPORT = "= ";

    private RingProcess() {}

    /**
     * Runs it.
     *
     * @param arguments the ABI as the command line names it, what to forget with commas between, carriers, goroutines, seed, yields
     */
    public static void main(String[] arguments) throws InterruptedException {
        Abi abi = new AbiChoice().convert(arguments[0]);
        ProgramOptions options = new ProgramOptions(
                Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]), Long.parseLong(arguments[4]));
        Ring ring = Ring.by(abi, omission(arguments[1]), Long.parseLong(arguments[5]), RingProcess::tellCode);
        tell(ring.run(options, doing -> {}));
        System.exit(0);
    }

    private static Omission omission(String names) {
        Set<Register> registers = new LinkedHashSet<>();
        Arrays.stream(names.split(","))
                .filter(name -> !name.isEmpty())
                .forEach(name -> registers.add(Registers.named(name).orElseThrow()));
        return new Omission(registers);
    }

    private static void tellCode(Scheduler scheduler) {
        for (MappedCode code : scheduler.fixedCode()) {
            for (Instruction i : code.blob().instructions()) {
                System.out.println(CODE + Long.toHexString(code.address() + i.offset()) + " " + i.text() + " of "
                        + code.blob().name());
            }
            System.out.println(CODE + Long.toHexString(code.address() + code.size()) + " ");
        }
    }

    private static void tell(ProgramReport report) {
        report.failures().forEach(failure -> System.out.println(REPORT + "failure " + failure));
        System.out.println(REPORT + "switches " + report.switches());
        System.out.println(REPORT + "upcalls " + report.upcalls());
        System.out.println(REPORT + "preemptions " + report.preemptions());
        System.out.println(REPORT + "nanoseconds " + report.elapsed().toNanos());
        System.out.println(REPORT + "checked " + report.checked());
        report.figures().forEach((what, figure) -> System.out.println(REPORT + "figure " + figure + " " + what));
    }
}
