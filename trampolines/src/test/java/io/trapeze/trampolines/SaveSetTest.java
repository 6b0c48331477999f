// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static org.assertj.core.api.Assertions.assertThat;

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
    void isFoundByTheNameThatUsersWrite() {
        for (SaveSet set : SaveSet.values()) {
            assertThat(SaveSet.named(set.label())).contains(set);
        }
        assertThat(SaveSet.named("mmx")).isEmpty();
    }
}
