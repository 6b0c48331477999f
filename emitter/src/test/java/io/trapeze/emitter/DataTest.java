// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Moffs;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataTest {
    @Test
    void numbersAreLittleEndian() {
        assertThat(Code.hex(a -> {
                    a.db(1, -1, 255);
                    a.dd(0x01020304, -1);
                    a.dq(0x0102030405060708L);
                }))
                .isEqualTo("01 ff ff 04 03 02 01 ff ff ff ff 08 07 06 05 04 03 02 01");
    }

    @ParameterizedTest
    @CsvSource({"1, 00 00 00 04 eb fe", "2, 00 00 04 00 eb fe", "4, 04 00 00 00 eb fe"})
    void theLastBytesMayBeADistance(int bytes, String expected) {
        assertThat(Code.hex(a -> {
                    Label start = a.here();
                    Label end = a.label();
                    a.dd(0);
                    a.endWithDistance(bytes, start, end, 0);
                    a.bind(end);
                    a.jmp(end);
                }))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 3, 8, 16})
    void aDistanceOfBytesThatThereAreNotIsRefusedAndTouchesNothing(int bytes) {
        Assembler assembler = new Assembler();
        Label start = assembler.here();
        assembler.dd(0x01020304);
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> assembler.endWithDistance(bytes, start, start, 0))
                .withMessage(
                        "a distance takes the last 1, 2, 4 or 8 bytes of data or of an immediate just emitted: there are 4,"
                                + " not " + bytes);
        assertThat(Code.hex(assembler.finish("code"))).isEqualTo("04 03 02 01");
    }

    private static Stream<Consumer<Assembler>> whatEndsWithNothingToChange() {
        return Stream.of(
                a -> {},
                a -> a.jmp(a.here()),
                a -> a.emit("jmp", a.here()),
                a -> a.add(rax, rbx),
                a -> a.emit("add", rax, rbx),
                a -> a.mov(eax, 0x01020304),
                a -> a.emit("enter", new Immediate(5), new Immediate(1)),
                a -> a.emit("mov", rax, Moffs.at(5)),
                a -> a.emit("vblendvps", xmm0, xmm1, xmm2, xmm3),
                a -> a.emit("shl", eax, new Immediate(1)),
                a -> a.dq(a.external("f")),
                a -> {
                    a.dd(0);
                    a.nop();
                },
                a -> {
                    a.dd(0);
                    a.jmp(a.here());
                },
                a -> {
                    a.dd(0);
                    a.align(16);
                },
                a -> {
                    a.dd(0);
                    a.finish("other");
                });
    }

    @ParameterizedTest
    @MethodSource("whatEndsWithNothingToChange")
    void aDistanceTakesNoBytesOfAnythingElse(Consumer<Assembler> code) {
        Assembler assembler = new Assembler();
        code.accept(assembler);
        Label here = assembler.here();
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> assembler.endWithDistance(1, here, here, 0))
                .withMessageEndingWith("just emitted: there are 0, not 1");
    }

    @Test
    void anImmediateMayBeADistance() {
        assertThat(Code.hex(a -> {
                    Label start = a.here();
                    Label end = a.label();
                    a.emit("mov", eax, new Immediate(0x7FFF_FFFF));
                    a.endWithDistance(4, start, end, 1);
                    a.jmp(start);
                    a.bind(end);
                }))
                .isEqualTo("b8 08 00 00 00 eb f9");
    }

    @Test
    void stringsEndWithAZeroByte() {
        assertThat(Code.hex(a -> a.asciz("aé"))).isEqualTo("61 c3 a9 00");
    }

    @Test
    void muchDataFits() {
        byte[] data = new byte[100_000];
        data[99_999] = 7;
        CodeBlob blob = Code.blob(a -> a.db(data));
        assertThat(blob.bytes()).isEqualTo(data);
    }

    @Test
    void theListingShowsDataInRowsOfEightBytes() {
        CodeBlob blob = Code.blob(a -> {
            a.symbol("greeting");
            a.asciz("Hello, world").because("for the user");
        });
        assertThat(blob.instructions()).hasSize(1);
        assertThat(blob.instructions().get(0).text())
                .isEqualTo(".byte 0x" + HexFormat.ofDelimiter(", 0x").formatHex(blob.bytes()));
        assertThat(blob.listing()).isEqualTo("""
                greeting:
                    0  48 65 6c 6c 6f 2c 20 77  .byte 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x2c, 0x20, 0x77  ; for the user
                    8  6f 72 6c 64 00           .byte 0x6f, 0x72, 0x6c, 0x64, 0x00
                """);
    }

    @Test
    void bytesOfABlobCannotBeChangedFromOutside() {
        CodeBlob blob = Code.blob(Assembler::ret);
        blob.bytes()[0] = 0;
        blob.instructions().get(0).bytes()[0] = 0;
        assertThat(Code.hex(blob)).isEqualTo("c3");
        assertThat(blob.instructions().get(0).bytes()).containsExactly(0xC3);
    }
}
