// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.runtime.os.Platform;
import io.trapeze.runtime.os.UnsupportedHostException;
import io.trapeze.trampolines.abi.Abi;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HostTest {
    private static final String PROGRAM = """
            #include <cpuid.h>
            #include <stdio.h>
            #define ASK(feature) if (__builtin_cpu_supports(feature)) puts(feature)
            int main(void) {
                unsigned a, b, c, d, name[13] = {0};
                __cpuid(0, a, b, c, d);
                printf("%.4s%.4s%.4s\\n", (char *)&b, (char *)&d, (char *)&c);
                for (unsigned i = 0; i < 3; i++) {
                    __cpuid(0x80000002 + i, name[4 * i], name[4 * i + 1], name[4 * i + 2], name[4 * i + 3]);
                }
                puts((char *)name);
                ASK("sse2"); ASK("xsave"); ASK("avx"); ASK("fma"); ASK("avx2"); ASK("avx512f"); ASK("avx512dq");
                ASK("avx512bw"); ASK("avx512vl"); ASK("xsaveopt"); ASK("xsavec"); ASK("fsgsbase");
                return 0;
            }
            """;

    @TempDir
    static Path folder;

    private static List<String> said = List.of();

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
    void makerAndNameAreThoseThatAnotherCompilersCodeFinds() throws Exception {
        List<String> said = askByGcc();
        CpuFeatures cpu = Host.detect().cpu();
        assertThat(cpu.vendor()).isEqualTo(said.get(0));
        assertThat(cpu.brand()).isEqualTo(said.get(1).strip());
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
    void aFeatureIsUsableWhereAnotherCompilersCodeFindsIt(CpuFeature feature) throws Exception {
        assertThat(Host.detect().cpu().has(feature))
                .isEqualTo(askByGcc().contains(feature.name().toLowerCase(Locale.ROOT)));
    }

    /**
     * Vendor, name and features, by a program that gcc makes. Not by the kernel's /proc/cpuinfo: that tells of the processor it was
     * started on, and a virtual machine may have been moved to another one since.
     */
    private static List<String> askByGcc() throws IOException, InterruptedException {
        assumeTrue(hasGcc(), "gcc is not on the PATH");
        if (said.isEmpty()) {
            Path source = folder.resolve("cpu.c");
            Path program = folder.resolve("cpu");
            Files.writeString(source, PROGRAM);
            assertThat(run("gcc", "-O1", "-o", program.toString(), source.toString()))
                    .isEmpty();
            said = run(program.toString()).lines().toList();
        }
        return said;
    }

    private static boolean hasGcc() {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "gcc")));
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
