// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.trapeze.emitter.Assembler;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AddressTest {
    private static final List<Address> DIFFERENT = List.of(
            Address.absolute(0),
            Address.absolute(1),
            Address.rip(0),
            Address.rip(1),
            Address.of(rax, 0),
            Address.of(rax, 1),
            Address.of(rcx, 0),
            Address.of(r8, 0),
            Address.of(rax, 0).in(Segment.FS),
            Address.of(rax, 0).in(Segment.GS),
            Address.of(rax, rax, Scale.X1, 0),
            Address.of(rax, rcx, Scale.X1, 0),
            Address.of(rax, rcx, Scale.X2, 0),
            Address.of(rcx, Scale.X2, 0),
            Address.of(rcx, Scale.X4, 0),
            Address.of(rcx, Scale.X8, 0));

    @Test
    void addressesAreEqualIfAllPartsAre() {
        for (Address address : DIFFERENT) {
            assertThat(DIFFERENT).filteredOn(address::equals).hasSize(1);
            assertThat(address.plus(5).plus(-5)).isEqualTo(address).hasSameHashCodeAs(address);
        }
        Set<Integer> hashes = new HashSet<>();
        DIFFERENT.forEach(address -> hashes.add(address.hashCode()));
        assertThat(hashes).hasSizeGreaterThan(DIFFERENT.size() / 2);
    }

    @Test
    void addressesOfDifferentLabelsDiffer() {
        Assembler assembler = new Assembler();
        Label one = assembler.label("one");
        Label other = assembler.label("other");
        assertThat(Address.rip(one)).isEqualTo(Address.rip(one)).isNotEqualTo(Address.rip(other));
        assertThat(Address.rip(one)).isNotEqualTo(Address.rip(0));
        assertThat(Address.rip(one).label()).contains(one);
        assertThat(Address.rip(0).label()).isEmpty();
    }

    @Test
    void textHasNoDisplacementOfZero() {
        assertThat(Address.of(rax, 0)).hasToString("[rax]");
        assertThat(Address.of(rax, 1)).hasToString("[rax + 0x1]");
        assertThat(Address.of(rax, -1)).hasToString("[rax - 0x1]");
        assertThat(Address.of(rax, Integer.MIN_VALUE)).hasToString("[rax - 0x80000000]");
        assertThat(Address.rip(0)).hasToString("[rip]");
        assertThat(Address.absolute(0)).hasToString("[0x0]");
        assertThat(Address.absolute(-16)).hasToString("[0xfffffffffffffff0]");
        assertThat(Address.of(r9, Scale.X4, 8).in(Segment.GS)).hasToString("gs:[r9*4 + 0x8]");
    }

    @Test
    void partsComeBack() {
        Address address = Address.of(r12, r9, Scale.X8, -7).in(Segment.FS);
        assertThat(address.base()).isEqualTo(12);
        assertThat(address.index()).isEqualTo(9);
        assertThat(address.scale()).isEqualTo(Scale.X8);
        assertThat(address.displacement()).isEqualTo(-7);
        assertThat(address.segment()).isEqualTo(Segment.FS);
        assertThat(address.in(Segment.GS).segment()).isEqualTo(Segment.GS);
        assertThat(address.in(Segment.NONE).segment()).isEqualTo(Segment.NONE);
        assertThat(Address.rip(3).base()).isEqualTo(Address.RIP);
        assertThat(Address.absolute(3).base()).isEqualTo(Address.NONE);
        assertThat(Address.absolute(3).index()).isEqualTo(Address.NONE);
    }

    @Test
    void aDisplacementOutsideThirtyTwoBitsIsRefused() {
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> Address.of(rax, Integer.MAX_VALUE).plus(1));
    }
}
