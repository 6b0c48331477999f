// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapeze.runtime.os.Platform;
import io.trapeze.runtime.os.UnsupportedHostException;
import io.trapeze.trampolines.abi.Abi;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HostTest {

    @Test
    @Tag("D3")
    void thisMachineIsDetectedWithItsCallingConvention() {
        Host host = Host.detect();
        assertThat(host.abi()).isEqualTo(Abi.SYSTEM_V);
        assertThat(host.pageSize()).isEqualTo(4096);
        assertThat(host.platform().isLinux()).isTrue();
        assertThat(host.cpu().has(CpuFeature.SSE2)).isTrue();
    }

    @Test
    void anotherProcessorIsRefusedBeforeAnythingNativeIsTouched() {
        assertThatThrownBy(() -> Host.detect(new Platform("Linux", "6.1", "aarch64")))
                .isInstanceOf(UnsupportedHostException.class)
                .hasMessageContaining("aarch64");
    }

    @Test
    void makerAndNameAreThoseThatTheKernelReports() throws Exception {
        CpuFeatures cpu = Host.detect().cpu();
        assertThat(cpu.vendor()).isEqualTo(cpuinfo("vendor_id"));
        assertThat(cpu.brand()).isEqualTo(cpuinfo("model name"));
    }

    @ParameterizedTest
    @EnumSource(
            value = CpuFeature.class,
            names = {
                "SSE2",
                "XSAVE",
                "AVX",
                "FMA",
                "AVX2",
                "AVX512F",
                "AVX512DQ",
                "AVX512BW",
                "AVX512VL",
                "XSAVEOPT",
                "XSAVEC",
                "FSGSBASE"
            })
    void aFeatureIsUsableWhereTheKernelSaysSo(CpuFeature feature) throws Exception {
        List<String> flags = Arrays.asList(cpuinfo("flags").split(" "));
        assertThat(Host.detect().cpu().has(feature))
                .isEqualTo(flags.contains(feature.name().toLowerCase(Locale.ROOT)));
    }

    private static String cpuinfo(String key) throws Exception {
        return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith(key))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .orElseThrow();
    }
}
