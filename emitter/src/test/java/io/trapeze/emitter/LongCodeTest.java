// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.operand.Moffs;
import io.trapeze.emitter.operand.Scale;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Code grows past the room that an assembler begins with, without losing a byte. */
class LongCodeTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 20, 30, 31, 32, 33, 250, 1000})
    void theLongestInstructionsFollowEachOther(int count) {
        Consumer<Assembler> one = a -> a.mov(qword(r8, r9, Scale.X8, 0x12345678), 0x11223344);
        assertThat(Code.hex(a -> IntStream.range(0, count).forEach(i -> one.accept(a))))
                .isEqualTo((Code.hex(one) + " ").repeat(count).strip());
    }

    static Stream<Consumer<Assembler>> otherKinds() {
        return Stream.of(
                Assembler::movsb,
                a -> a.ret(8),
                a -> a.enter(16, 1),
                a -> a.push(r8),
                a -> a.mov(rax, 0x1122_3344_5566_7788L),
                a -> a.mov(rax, Moffs.at(0x1122_3344_5566_7788L)),
                a -> a.avx().vzeroupper());
    }

    @ParameterizedTest
    @MethodSource("otherKinds")
    void soDoInstructionsWithoutModRm(Consumer<Assembler> kind) {
        String one = Code.hex(kind);
        assertThat(one).isNotEmpty();
        assertThat(Code.hex(a -> IntStream.range(0, 1000).forEach(i -> kind.accept(a))))
                .isEqualTo((one + " ").repeat(1000).strip());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 200, 223, 224, 225, 255, 256, 257, 511, 512, 513, 5000})
    void instructionsFollowDataOfAnySize(int size) {
        byte[] data = new byte[size];
        Arrays.fill(data, (byte) 0x5A);
        Assembler assembler = new Assembler();
        assembler.nop();
        assembler.db(data);
        assembler.nop();
        assembler.db(data);
        assembler.ret();
        byte[] code = assembler.finish("code").bytes();
        assertThat(code).hasSize(2 * size + 3);
        assertThat(code[0]).isEqualTo((byte) 0x90);
        assertThat(Arrays.copyOfRange(code, 1, size + 1)).isEqualTo(data);
        assertThat(code[size + 1]).isEqualTo((byte) 0x90);
        assertThat(Arrays.copyOfRange(code, size + 2, 2 * size + 2)).isEqualTo(data);
        assertThat(code[2 * size + 2]).isEqualTo((byte) 0xC3);
    }
}
