// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.parked;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.runtime.os.Platform;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParkedBenchTest {
    private static void assumeThatCodeRunsHere() {
        Platform here = Platform.current();
        assumeTrue(here.isX64() && here.isLinux(), "code runs on Linux on x86-64 only, and this is " + here);
    }

    @Test
    void resumesAllThatItParked() {
        assumeThatCodeRunsHere();
        ParkedReport report = ParkedBench.run(300, progress -> {});
        assertThat(report.resumed()).isEqualTo(300);
        assertThat(report.verified()).isTrue();
        assertThat(report.each().address())
                .as("address space of each: a slot of 64 KiB")
                .isGreaterThan(60_000);
    }

    @Test
    void refusesNumbersThatNobodyCanPark() {
        assertThatThrownBy(() -> ParkedBench.run(0, progress -> {})).hasMessageContaining("park 1 to 1,000,000");
    }

    @Test
    void readsAFootprintFromTheStatusOfAProcess() {
        List<String> status = List.of(
                "Name:\tjava",
                "VmPeak:\t  9 kB",
                "VmSize:\t  2048 kB",
                "VmRSS:\t 7 kB",
                "RssAnon:\t  12 kB",
                "VmPTE:\t 4 kB");
        Footprint footprint = Footprint.of(status, 5);
        assertThat(footprint).isEqualTo(new Footprint(2048 * 1024, 12 * 1024, 4 * 1024, 5));
        assertThat(footprint.since(new Footprint(1, 2, 3, 4)))
                .isEqualTo(new Footprint(2048 * 1024 - 1, 12 * 1024 - 2, 4 * 1024 - 3, 1));
        assertThatThrownBy(() -> Footprint.of(List.of("VmSize:\t1 kB"), 0)).hasMessageContaining("no line RssAnon:");
    }
}
