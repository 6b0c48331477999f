// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.trapeze.runtime.host.Cpuid.Result;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CpuFeaturesTest {

    private final Map<Integer, Result> leaves = new HashMap<>();

    private Result query(int leaf, int subleaf) {
        return leaves.getOrDefault(leaf, new Result(0, 0, 0, 0));
    }

    private static int word(String text) {
        return text.charAt(0) | text.charAt(1) << 8 | text.charAt(2) << 16 | text.charAt(3) << 24;
    }

    @Test
    void avxThatTheSystemHasNotEnabledIsNotUsable() {
        leaves.put(0, new Result(7, word("Genu"), word("ntel"), word("ineI")));
        leaves.put(1, new Result(0, 0, 1 << 28 | 1 << 27 | 1 << 26, 1 << 26));
        leaves.put(7, new Result(0, 1 << 16 | 1 << 5, 0, 0));
        CpuFeatures cpu = CpuFeatures.detect(this::query, () -> 0x3);
        assertThat(cpu.vendor()).isEqualTo("GenuineIntel");
        assertThat(cpu.usable()).containsExactlyInAnyOrder(CpuFeature.SSE2, CpuFeature.XSAVE, CpuFeature.OSXSAVE);
        assertThat(cpu.hasAvxState()).isFalse();

        CpuFeatures avx = CpuFeatures.detect(this::query, () -> 0x7);
        assertThat(avx.usable()).contains(CpuFeature.AVX, CpuFeature.AVX2).doesNotContain(CpuFeature.AVX512F);
        assertThat(avx.hasAvxState()).isTrue();
        assertThat(avx.hasAvx512State()).isFalse();

        CpuFeatures avx512 = CpuFeatures.detect(this::query, () -> 0xE7);
        assertThat(avx512.has(CpuFeature.AVX512F)).isTrue();
        assertThat(avx512.hasAvx512State()).isTrue();
    }

    @Test
    void xgetbvIsNotExecutedWhereItWouldFault() {
        leaves.put(0, new Result(7, 0, 0, 0));
        leaves.put(1, new Result(0, 0, 1 << 28, 1 << 26));
        CpuFeatures cpu = CpuFeatures.detect(this::query, () -> fail("xgetbv without OSXSAVE"));
        assertThat(cpu.xcr0()).isZero();
        assertThat(cpu.usable()).containsExactly(CpuFeature.SSE2);
    }

    @Test
    void aLeafBeyondTheHighestTellsNothing() {
        leaves.put(0, new Result(1, 0, 0, 0));
        leaves.put(7, new Result(-1, -1, -1, -1));
        CpuFeatures cpu = CpuFeatures.detect(this::query, () -> -1);
        assertThat(cpu.usable()).isEmpty();
        assertThat(cpu.brand()).isEmpty();
    }
}
