// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.BuiltInAbis;
import io.trapeze.trampolines.abi.PreservedSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayName("A save set")
class SaveSetTest {
    @Test
    @Tag("Sf")
    void isTheWidestThatTheSystemHasEnabled() {
        assertThat(SaveSet.widest(0)).isEqualTo(SaveSet.SSE);
        assertThat(SaveSet.widest(0x03)).isEqualTo(SaveSet.SSE);
        assertThat(SaveSet.widest(0x04)).as("ymm without xmm is not usable").isEqualTo(SaveSet.SSE);
        assertThat(SaveSet.widest(0x07)).isEqualTo(SaveSet.AVX);
        assertThat(SaveSet.widest(0x67)).as("masks without the upper zmm").isEqualTo(SaveSet.AVX);
        assertThat(SaveSet.widest(0xE7)).isEqualTo(SaveSet.AVX512);
        assertThat(SaveSet.widest(0x602E7)).as("with AMX and protection keys").isEqualTo(SaveSet.AVX512);
    }

    @Test
    @Tag("Sf")
    void isResolvedWhereTheCodeRuns() {
        assertThat(SaveSet.resolve("auto", 0xE7)).contains(SaveSet.AVX512);
        assertThat(SaveSet.resolve("auto+x87", 0x07)).contains(SaveSet.AVX_X87);
        assertThat(SaveSet.resolve("sse", 0xE7)).contains(SaveSet.SSE);
        assertThat(SaveSet.resolve("automatic", 0xE7)).isEmpty();
        assertThat(SaveSet.named("auto")).isEmpty();
    }

    @Test
    void fitsAProcessorWithAllItsRegisters() {
        assertThat(SaveSet.AVX_X87.fits(SaveSet.AVX)).isTrue();
        assertThat(SaveSet.SSE_X87.fits(SaveSet.AVX512)).isTrue();
        assertThat(SaveSet.AVX512.fits(SaveSet.AVX)).isFalse();
    }

    @Test
    void isNeededByAnAbiForWhatItPreserves() {
        assertThat(SaveSet.neededBy(Abi.WIN64)).isEqualTo(SaveSet.SSE);
        assertThat(SaveSet.neededBy(BuiltInAbis.PRESERVE_ALL)).isEqualTo(SaveSet.AVX);
        PreservedSet none = PreservedSet.NONE;
        Abi bare = BuiltInAbis.STACK_ARGUMENTS;
        assertThat(SaveSet.neededBy(bare.with(none.withMasks(k1)))).isEqualTo(SaveSet.AVX512);
        assertThat(SaveSet.neededBy(bare.with(none.withVectors(xmm16)))).isEqualTo(SaveSet.AVX512);
        assertThat(SaveSet.neededBy(bare.with(none.withVectors(zmm6)))).isEqualTo(SaveSet.AVX512);
    }

    @Test
    void isFoundByTheNameThatUsersWrite() {
        for (SaveSet set : SaveSet.values()) {
            assertThat(SaveSet.named(set.label())).contains(set);
        }
        assertThat(SaveSet.named("mmx")).isEmpty();
    }
}
