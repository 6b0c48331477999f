// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Mem.tbyte;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.trapeze.emitter.isa.RegisterClass;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OperandTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0x0",
        "255, 0xff",
        "-1, -0x1",
        "4294967295, 0xffffffff",
        "-2147483648, -0x80000000",
        "-9223372036854775808, -0x8000000000000000",
    })
    void anImmediateIsWrittenAsASignedNumber(long value, String text) {
        assertThat(new Immediate(value)).hasToString(text);
    }

    @Test
    void anAddressIsWrittenInIntelSyntax() {
        assertThat(qword(rax)).hasToString("qword ptr [rax]");
        assertThat(qword(rbp, -8)).hasToString("qword ptr [rbp - 0x8]");
        assertThat(tbyte(rbx, rcx, Scale.X8, Integer.MIN_VALUE)).hasToString("tbyte ptr [rbx + rcx*8 - 0x80000000]");
        assertThat(Address.absolute(0x28).in(Segment.FS)).hasToString("fs:[0x28]");
        assertThat(Address.absolute(-1)).hasToString("[0xffffffffffffffff]");
        assertThat(Address.of(rdx, Scale.X4, 1)).hasToString("[rdx*4 + 0x1]");
        assertThat(Address.rip(16)).hasToString("[rip + 0x10]");
        assertThat(Address.rip(-16).in(Segment.GS)).hasToString("gs:[rip - 0x10]");
    }

    @Test
    void anAddressKnowsItsParts() {
        Address address = Address.of(r13, r12, Scale.X4, -5).in(Segment.GS).plus(2);
        assertThat(address.base()).isEqualTo(13);
        assertThat(address.index()).isEqualTo(12);
        assertThat(address.scale()).isEqualTo(Scale.X4);
        assertThat(address.displacement()).isEqualTo(-3);
        assertThat(address.segment()).isEqualTo(Segment.GS);
        assertThat(address.label()).isEmpty();
        assertThat(Address.absolute(1).base()).isEqualTo(Address.NONE);
        assertThat(Address.rip(1).base()).isEqualTo(Address.RIP);
        assertThat(Address.of(rax, 1).index()).isEqualTo(Address.NONE);
        assertThat(address).isEqualTo(Address.of(r13, r12, Scale.X4, -3).in(Segment.GS));
        assertThat(address).isNotEqualTo(address.plus(1)).isNotEqualTo(address.in(Segment.FS));
    }

    @Test
    void aDisplacementThatWouldOverflowIsRefused() {
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> Address.of(rax, Integer.MAX_VALUE).plus(1));
    }

    @ParameterizedTest
    @EnumSource
    void everyRegisterIsFoundByNameAndByCode(RegisterClass registerClass) {
        List<Integer> numbers =
                IntStream.range(0, 32).filter(registerClass::has).boxed().toList();
        assertThat(Registers.all(registerClass)).extracting(Register::number).isEqualTo(numbers);
        for (int number : numbers) {
            Register register = Registers.of(registerClass, number);
            assertThat(register.number()).isEqualTo(number);
            assertThat(register.registerClass()).isEqualTo(registerClass);
            assertThat(Registers.named(register.name())).containsSame(register);
            assertThat(Registers.of(registerClass, register.code())).isSameAs(register);
        }
        assertThat(Registers.named("r16")).isEmpty();
    }

    @Test
    void theTopOfTheX87StackHasTwoNames() {
        assertThat(Registers.named("st")).isEqualTo(Registers.named("st(0)")).contains(st0);
    }

    @Test
    void controlRegistersThatDoNotExistAreNotThere() {
        assertThat(Registers.named("cr1")).isEmpty();
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> Registers.of(RegisterClass.CONTROL, 1))
                .withMessageContaining("no control register 1");
    }

    @Test
    void spAndAhShareANumberAndDifferInTheirMark() {
        assertThat(ah.number()).isEqualTo(spl.number()).isEqualTo(4);
        assertThat(Registers.of(RegisterClass.GP8, ah.code())).isSameAs(ah);
        assertThat(Registers.of(RegisterClass.GP8, spl.code())).isSameAs(spl);
    }

    @Test
    void memoryOfNoKnownSizeIsRefused() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Mem.of(24, Address.absolute(0)))
                .withMessageContaining("no memory operand of 24 bits: use 8, 16, 32, 48, 64, 80, 128, 256, 512");
    }
}
