// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.trapeze.emitter.operand.Label;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BranchTest {
    @ParameterizedTest
    @CsvSource({"127, eb 7f", "128, e9 80 00 00 00"})
    void forwardBranchIsShortUpTo127(int distance, String bytes) {
        assertThat(Code.hex(a -> {
                    Label target = a.label();
                    a.jmp(target);
                    a.db(new byte[distance]);
                    a.bind(target);
                }))
                .startsWith(bytes);
    }

    @ParameterizedTest
    @CsvSource({"126, eb 80", "127, e9 7c ff ff ff"})
    void backwardBranchIsShortDownToMinus128(int between, String bytes) {
        assertThat(Code.hex(a -> {
                    Label target = a.here();
                    a.db(new byte[between]);
                    a.jmp(target);
                }))
                .endsWith(bytes);
    }

    @Test
    void conditionalBranchesGrowByFourBytes() {
        assertThat(Code.hex(a -> {
                    Label target = a.label();
                    a.jnz(target);
                    a.db(new byte[128]);
                    a.bind(target);
                }))
                .startsWith("0f 85 80 00 00 00");
    }

    @Test
    void aBranchThatGrowsMayMakeOthersGrow() {
        CodeBlob blob = Code.blob(a -> {
            Label end = a.label();
            IntStream.range(0, 64).forEach(i -> a.jmp(end)); // the first is 126 bytes away from the end of all
            a.db(0, 0);
            a.bind(end);
        });
        // one over the reach makes the first long; that alone moves no other
        assertThat(blob.size()).isEqualTo(64 * 2 + 2 + 3);
        CodeBlob chain = Code.blob(a -> {
            Label end = a.label();
            Label middle = a.label();
            a.jmp(middle);
            a.db(new byte[123]);
            a.jmp(end);
            a.bind(middle);
            a.db(new byte[128]);
            a.bind(end);
        });
        assertThat(chain.size())
                .as("the second jump grows, and pushes the target of the first away")
                .isEqualTo(5 + 123 + 5 + 128);
    }

    @Test
    void callHasNoShortForm() {
        assertThat(Code.hex(a -> a.call(a.here()))).isEqualTo("e8 fb ff ff ff");
    }

    @Test
    void branchesWithoutALongFormAreRefusedOutOfReach() {
        Assembler a = new Assembler();
        Label top = a.here();
        a.db(new byte[127]);
        a.loop(top);
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> a.finish("code"))
                .withMessage(
                        "cannot encode 'loop L0' at offset 0x7f: the target is -129 bytes away, and this instruction"
                                + " reaches only -128 … 127: let it branch to a jmp nearby");
        a.clear();
        a.jrcxz(a.external("elsewhere"));
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> a.finish("code"))
                .withMessageContaining("'jrcxz elsewhere' at offset 0x0: the target is external");
    }

    @Test
    void branchesWithoutALongFormReachMinus128And127() {
        assertThat(Code.hex(a -> {
                    Label top = a.here();
                    a.db(new byte[126]);
                    a.loop(top);
                }))
                .endsWith("e2 80");
        assertThat(Code.hex(a -> {
                    Label end = a.label();
                    a.jrcxz(end);
                    a.db(new byte[127]);
                    a.bind(end);
                }))
                .startsWith("e3 7f");
    }

    /** The bytes are those that GNU as makes. */
    @Test
    void aBranchMayHaveAPrefixOrAConstantModRmByte() {
        assertThat(Code.hex(a -> {
                    Label end = a.label();
                    a.jecxz(end);
                    a.xbegin(end);
                    a.bind(end);
                }))
                .isEqualTo("67 e3 06 c7 f8 00 00 00 00");
        assertThat(Assembler.parse("top: jecxz top\nxbegin top\n").instructions())
                .extracting(Instruction::textWithOffsets)
                .containsExactly("jecxz 0x0", "xbegin 0x0");
    }

    @Test
    void emissionByNameBranchesAsWell() {
        assertThat(Code.hex(a -> {
                    Label top = a.here();
                    a.emit("jne", top);
                    a.emit("jnz", top);
                    a.emit("call", top);
                }))
                .isEqualTo("75 fe 75 fc e8 f7 ff ff ff");
    }

    @Test
    void aBlockWithoutLabelsIsLeftAlone() {
        assertThat(Code.hex(a -> {
                    a.mov(rax, rcx);
                    a.ret();
                }))
                .isEqualTo("48 89 c8 c3");
    }
}
