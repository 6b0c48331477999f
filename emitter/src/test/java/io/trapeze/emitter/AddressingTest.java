// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import static io.trapeze.emitter.operand.Mem.dword;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Mem.zmmword;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Moffs;
import io.trapeze.emitter.operand.Scale;
import io.trapeze.emitter.operand.Segment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressingTest {
    @ParameterizedTest
    @CsvSource({
        "0, 48 8b 03",
        "1, 48 8b 43 01",
        "-1, 48 8b 43 ff",
        "127, 48 8b 43 7f",
        "128, 48 8b 83 80 00 00 00",
        "-128, 48 8b 43 80",
        "-129, 48 8b 83 7f ff ff ff",
        "2147483647, 48 8b 83 ff ff ff 7f",
        "-2147483648, 48 8b 83 00 00 00 80",
    })
    void displacementTakesOneByteFromMinus128To127AndNoneForZero(int displacement, String bytes) {
        assertThat(Code.hex(a -> a.mov(rax, qword(rbx, displacement)))).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "64, 62 f1 fe 48 6f 43 01",
        "-64, 62 f1 fe 48 6f 43 ff",
        "8128, 62 f1 fe 48 6f 43 7f",
        "8192, 62 f1 fe 48 6f 83 00 20 00 00",
        "-8192, 62 f1 fe 48 6f 43 80",
        "-8256, 62 f1 fe 48 6f 83 c0 df ff ff",
        "1, 62 f1 fe 48 6f 83 01 00 00 00",
        "63, 62 f1 fe 48 6f 83 3f 00 00 00",
    })
    void evexCountsAOneByteDisplacementInOperandSizes(int displacement, String bytes) {
        assertThat(Code.hex(a -> a.avx512().vmovdqu64(zmm0, zmmword(rbx, displacement))))
                .isEqualTo(bytes);
    }

    @Test
    void rspAndR12AsBaseNeedASibByte() {
        assertThat(Code.hex(a -> a.mov(rax, qword(rsp)))).isEqualTo("48 8b 04 24");
        assertThat(Code.hex(a -> a.mov(rax, qword(r12)))).isEqualTo("49 8b 04 24");
        assertThat(Code.hex(a -> a.mov(rax, qword(rsp, 8)))).isEqualTo("48 8b 44 24 08");
    }

    @Test
    void rbpAndR13AsBaseNeedADisplacement() {
        assertThat(Code.hex(a -> a.mov(rax, qword(rbp)))).isEqualTo("48 8b 45 00");
        assertThat(Code.hex(a -> a.mov(rax, qword(r13)))).isEqualTo("49 8b 45 00");
        assertThat(Code.hex(a -> a.mov(rax, qword(r13, rcx, Scale.X2, 0)))).isEqualTo("49 8b 44 4d 00");
    }

    @Test
    void r12MayBeAnIndex() {
        assertThat(Code.hex(a -> a.mov(rax, qword(rbx, r12, Scale.X8, 0)))).isEqualTo("4a 8b 04 e3");
    }

    @Test
    void anIndexAloneHasAWideDisplacementUnlessItsScaleIsOne() {
        assertThat(Code.hex(a -> a.mov(eax, dword(Address.of(rcx, Scale.X4, 16)))))
                .isEqualTo("8b 04 8d 10 00 00 00");
        assertThat(Code.hex(a -> a.mov(eax, dword(Address.of(rcx, Scale.X1, 16)))))
                .isEqualTo("8b 41 10");
    }

    @Test
    void absoluteAddressesAreSignExtended() {
        assertThat(Code.hex(a -> a.mov(eax, dword(Address.absolute(0x1000))))).isEqualTo("8b 04 25 00 10 00 00");
        assertThat(Code.blob(a -> a.mov(eax, dword(Address.absolute(-16))))
                        .instructions()
                        .get(0)
                        .text())
                .isEqualTo("mov eax, dword ptr [0xfffffffffffffff0]");
    }

    @Test
    void aWholeAddressStandsInMovesOfTheAccumulatorAlone() {
        Moffs far = Moffs.at(0x1122_3344_5566_7788L);
        String address = " 88 77 66 55 44 33 22 11";
        assertThat(Code.hex(a -> a.mov(al, far))).isEqualTo("a0" + address);
        assertThat(Code.hex(a -> a.mov(far.in(Segment.GS), ax))).isEqualTo("65 66 a3" + address);
        assertThat(Code.hex(a -> a.mov(eax, far.in(Segment.FS)))).isEqualTo("64 a1" + address);
        assertThat(Code.hex(a -> a.mov(far, rax))).isEqualTo("48 a3" + address);
        assertThat(Code.hex(a -> a.emit("mov", rax, far))).isEqualTo("48 a1" + address);
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> Code.hex(a -> a.mov(rbx, far)))
                .withMessageContaining("mov rax, moffs64");
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> Code.hex(a -> a.lock().mov(rax, far)))
                .withMessageStartingWith("cannot encode 'lock mov rax, [0x1122334455667788]'");
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> Code.hex(a -> a.mov(al, new Moffs(1, Segment.NONE, 16))))
                .withMessageStartingWith("cannot encode 'mov al, word ptr [0x1]'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Moffs(1, Segment.NONE, 7))
                .withMessageContaining("no memory operand of 7 bits");
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> Code.hex(a -> a.emit("add", rax, far)))
                .withMessageContaining("put it into a register, as in mov rcx, 0x1122334455667788");
    }

    @Test
    void threadBlocksAreReachedThroughFsAndGs() {
        assertThat(Code.hex(a -> a.mov(rax, qword(Address.absolute(0x28).in(Segment.FS)))))
                .isEqualTo("64 48 8b 04 25 28 00 00 00");
        assertThat(Code.hex(a -> a.mov(rax, qword(Address.absolute(0x10).in(Segment.GS)))))
                .isEqualTo("65 48 8b 04 25 10 00 00 00");
    }

    @Test
    void ripRelativeDistancesCountFromTheEndOfTheInstructionItsImmediateIncluded() {
        assertThat(Code.hex(a -> {
                    a.mov(qword(a.here()), 1);
                    a.mov(rax, qword(a.here()));
                }))
                .isEqualTo("48 c7 05 f5 ff ff ff 01 00 00 00 48 8b 05 f9 ff ff ff");
    }

    @Test
    void aLabelCanBeReachedWithAnAddend() {
        CodeBlob blob = Code.blob(a -> {
            var table = a.label("table");
            a.lea(rax, qword(Address.rip(table).plus(8)));
            a.bind(table);
            a.dq(1, 2);
        });
        assertThat(Code.hex(blob)).startsWith("48 8d 05 08 00 00 00");
        assertThat(blob.instructions().get(0).text()).isEqualTo("lea rax, [rip + table + 0x8]");
        assertThat(blob.instructions().get(0).textWithOffsets()).isEqualTo("lea rax, [rip + 0x8]");
    }
}
