// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.doctor;

import io.trapeze.runtime.host.CpuFeatures;
import io.trapeze.runtime.host.Host;
import io.trapeze.trampolines.SaveSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What the processor can do, and the system lets it do. */
final class ProcessorExam implements Exam {
    /** Tile configuration and data in XCR0 (Intel SDM volume 1, section 13.3): they make signal frames 8 KB larger. */
    private static final long AMX_STATE = 0x6_0000;

    @Override
    public String area() {
        return "processor";
    }

    @Override
    public boolean runsCode() {
        return true;
    }

    @Override
    public List<Finding> look() {
        Host host = Host.detect();
        CpuFeatures cpu = host.cpu();
        SaveSet widest = SaveSet.widest(cpu.xcr0());
        return List.of(
                Finding.fine("name", cpu.brand().isEmpty() ? cpu.vendor() : cpu.brand()),
                Finding.fine("calling convention", host.abi().name()),
                Finding.fine(
                        "abilities",
                        cpu.usable().stream()
                                .map(feature ->
                                        feature.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                                .toList()),
                Finding.fine("register state", registerState(cpu)),
                Finding.fine(
                        "save sets",
                        Arrays.stream(SaveSet.values())
                                .filter(set -> set.fits(widest) && !set.x87())
                                .map(SaveSet::label)
                                .toList()));
    }

    private static String registerState(CpuFeatures cpu) {
        List<String> enabled = new ArrayList<>(List.of("x87", "SSE"));
        if (cpu.hasAvxState()) {
            enabled.add("AVX");
        }
        if (cpu.hasAvx512State()) {
            enabled.add("AVX-512");
        }
        if ((cpu.xcr0() & AMX_STATE) != 0) {
            enabled.add("AMX");
        }
        return String.join(", ", enabled) + " (XCR0 0x" + Long.toHexString(cpu.xcr0()) + ")";
    }
}
