// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuardTest {
    @ParameterizedTest
    @CsvSource({
        "-129, 64, false",
        "-128, 64, true",
        "127, 64, true",
        "128, 64, false",
        "0xFFFFFFFFFFFFFF80, 64, true",
        "0xFFFFFF80, 64, false",
        "0xFFFFFF80, 32, true",
        "0xFFFFFF7F, 32, false",
        "0xFFFFFFFF, 32, true",
        "0x100000000, 32, false",
        "0x80, 32, false",
        "0xFF80, 16, true",
        "0xFF7F, 16, false",
        "0x7F, 16, true",
        "0x10000, 16, false",
        "-1, 16, true",
    })
    void aByteComesBackWhenItIsSignExtended(String value, int bits, boolean holds) {
        long number = value.startsWith("0x") ? Long.parseUnsignedLong(value.substring(2), 16) : Long.parseLong(value);
        assertThat(Guard.isByte(number, bits)).isEqualTo(holds);
        assertThat(Guard.BYTE.holds(number, bits)).isEqualTo(holds);
    }

    @Test
    void thirtyTwoBitsComeBackWhenTheyAreSignExtended() {
        assertThat(Guard.INT.holds(Integer.MAX_VALUE, 64)).isTrue();
        assertThat(Guard.INT.holds(Integer.MIN_VALUE, 64)).isTrue();
        assertThat(Guard.INT.holds(Integer.MAX_VALUE + 1L, 64)).isFalse();
        assertThat(Guard.INT.holds(Integer.MIN_VALUE - 1L, 64)).isFalse();
    }

    @Test
    void onlyOneIsOneAndOnlyThreeIsThree() {
        assertThat(Guard.ONE.holds(1, 8)).isTrue();
        assertThat(Guard.ONE.holds(2, 8)).isFalse();
        assertThat(Guard.THREE.holds(3, 64)).isTrue();
        assertThat(Guard.THREE.holds(1, 64)).isFalse();
        assertThat(Guard.NONE.holds(2, 8)).isTrue();
        assertThat(Guard.REGISTER.holds(2, 8)).isTrue();
    }

    @Test
    void anOpcodeImpliesARegisterOrANumber() {
        Form exchange = InstructionTable.shipped().named("xchg").stream()
                .filter(form -> form.signature().equals("xchg eax, r32"))
                .findFirst()
                .orElseThrow();
        assertThat(Guard.of(exchange, 0)).isEqualTo(Guard.REGISTER);
        assertThat(Guard.of(exchange, 1)).isEqualTo(Guard.NONE);
        Form breakpoint = InstructionTable.shipped().named("int").get(0);
        assertThat(Guard.of(breakpoint, 0)).isEqualTo(Guard.THREE);
    }

    @Test
    void aRegisterIsLowBelowSixteen() {
        assertThat(Guard.isLow(15)).isTrue();
        assertThat(Guard.isLow(16)).isFalse();
        assertThat(Guard.isLow(31)).isFalse();
    }

    @Test
    void aMoveIsShorterReversedIfOnlyItsSourceIsHigh() {
        assertThat(Guard.isShorterReversed(7, 8)).isTrue();
        assertThat(Guard.isShorterReversed(0, 15)).isTrue();
        assertThat(Guard.isShorterReversed(8, 8)).isFalse();
        assertThat(Guard.isShorterReversed(8, 7)).isFalse();
        assertThat(Guard.isShorterReversed(7, 7)).isFalse();
    }
}
