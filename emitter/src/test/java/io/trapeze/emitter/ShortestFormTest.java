// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.operand.Immediate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShortestFormTest {
    @ParameterizedTest
    @CsvSource({
        "127, 48 83 c3 7f",
        "128, 48 81 c3 80 00 00 00",
        "-128, 48 83 c3 80",
        "-129, 48 81 c3 7f ff ff ff",
    })
    void immediateTakesOneByteWhereSignExtensionGivesItBack(int value, String bytes) {
        assertThat(Code.hex(a -> a.add(rbx, value))).isEqualTo(bytes);
        assertThat(Code.hex(a -> a.emit("add", rbx, new Immediate(value)))).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"3, cc", "4, cd 04", "1, cd 01", "255, cd ff"})
    void theBreakpointHasAnOpcodeOfItsOwn(int vector, String bytes) {
        assertThat(Code.hex(a -> a.int_(vector))).isEqualTo(bytes);
        assertThat(Code.hex(a -> a.emit("int", new Immediate(vector)))).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"65535, 66 83 c3 ff", "65408, 66 83 c3 80", "65407, 66 81 c3 7f ff", "-1, 66 83 c3 ff"})
    void sixteenBitImmediatesMayBeWrittenUnsigned(int value, String bytes) {
        assertThat(Code.hex(a -> a.add(bx, value))).isEqualTo(bytes);
        assertThat(Code.hex(a -> a.emit("add", bx, new Immediate(value)))).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "2147483647, 48 c7 c0 ff ff ff 7f",
        "2147483648, 48 b8 00 00 00 80 00 00 00 00",
        "-2147483648, 48 c7 c0 00 00 00 80",
        "-2147483649, 48 b8 ff ff ff 7f ff ff ff ff",
    })
    void moveToA64BitRegisterIsWideOnlyWhereItMustBe(long value, String bytes) {
        assertThat(Code.hex(a -> a.mov(rax, value))).isEqualTo(bytes);
        assertThat(Code.hex(a -> a.emit("mov", rax, new Immediate(value)))).isEqualTo(bytes);
    }

    @Test
    void accumulatorsHaveFormsOfTheirOwn() {
        assertThat(Code.hex(a -> a.add(eax, 1000))).isEqualTo("05 e8 03 00 00");
        assertThat(Code.hex(a -> a.add(ecx, 1000))).isEqualTo("81 c1 e8 03 00 00");
        assertThat(Code.hex(a -> a.add(al, 1))).isEqualTo("04 01");
    }

    @Test
    void shiftByOneHasAFormWithoutImmediate() {
        assertThat(Code.hex(a -> a.shl(rax, 1))).isEqualTo("48 d1 e0");
        assertThat(Code.hex(a -> a.shl(rax, 2))).isEqualTo("48 c1 e0 02");
    }

    @Test
    void exchangeWithTheAccumulatorTakesOneOpcodeByte() {
        assertThat(Code.hex(a -> a.xchg(rax, rcx))).isEqualTo("48 91");
        assertThat(Code.hex(a -> a.xchg(r9, rax))).isEqualTo("49 91");
        assertThat(Code.hex(a -> a.xchg(edx, eax))).isEqualTo("92");
        assertThat(Code.hex(a -> a.xchg(ax, r8w))).isEqualTo("66 41 90");
    }

    @Test
    void exchangeOfEaxWithItselfIsNotTheNopOfThatOpcode() {
        assertThat(Code.hex(a -> a.xchg(eax, eax)))
                .as("clears the upper half of rax")
                .isEqualTo("87 c0");
        assertThat(Code.hex(a -> a.xchg(rax, rax))).isEqualTo("90");
    }

    @Test
    void movesBetweenVectorRegistersTakeTheDirectionWithTheShorterPrefix() {
        assertThat(Code.hex(a -> a.avx().vmovdqu(ymm0, ymm8))).isEqualTo("c5 7e 7f c0");
        assertThat(Code.hex(a -> a.avx().vmovdqu(ymm8, ymm0))).isEqualTo("c5 7e 6f c0");
        assertThat(Code.hex(a -> a.avx().vmovdqu(ymm8, ymm9))).isEqualTo("c4 41 7e 6f c1");
        assertThat(Code.hex(a -> a.emit("vmovdqu", ymm0, ymm8))).isEqualTo("c5 7e 7f c0");
    }

    @Test
    void upperVectorRegistersTakeTheEvexFormWhereThereIsOne() {
        assertThat(Code.hex(a -> a.avx().vpbroadcastq(ymm1, xmm2))).isEqualTo("c4 e2 7d 59 ca");
        assertThat(Code.hex(a -> a.avx().vpbroadcastq(ymm17, xmm2))).isEqualTo("62 e2 fd 28 59 ca");
        assertThat(Code.hex(a -> a.emit("vpbroadcastq", ymm1, xmm18))).isEqualTo("62 b2 fd 28 59 ca");
    }
}
