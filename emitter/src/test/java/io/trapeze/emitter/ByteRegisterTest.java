// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import static io.trapeze.emitter.operand.Mem.byte_;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.trapeze.emitter.operand.Scale;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ByteRegisterTest {
    @Test
    void splBplSilAndDilGetARexPrefix() {
        assertThat(Code.hex(a -> a.mov(spl, al))).isEqualTo("40 88 c4");
        assertThat(Code.hex(a -> a.mov(al, dil))).isEqualTo("40 88 f8");
        assertThat(Code.hex(a -> a.mov(sil, 1))).isEqualTo("40 b6 01");
        assertThat(Code.hex(a -> a.sete(bpl))).isEqualTo("40 0f 94 c5");
        assertThat(Code.hex(a -> a.mov(byte_(rax), sil))).isEqualTo("40 88 30");
        assertThat(Code.hex(a -> a.movzx(eax, dil))).isEqualTo("40 0f b6 c7");
    }

    @Test
    void highByteRegistersGetNone() {
        assertThat(Code.hex(a -> a.mov(ah, bl))).isEqualTo("88 dc");
        assertThat(Code.hex(a -> a.mov(bh, 1))).isEqualTo("b7 01");
        assertThat(Code.hex(a -> a.movzx(eax, ch))).isEqualTo("0f b6 c5");
        assertThat(Code.hex(a -> a.mov(byte_(rcx), dh))).isEqualTo("88 31");
    }

    @Test
    void highByteRegistersAreRefusedBesideWhateverNeedsRex() {
        refused(a -> a.mov(ah, sil), "'mov ah, sil'");
        refused(a -> a.mov(r8b, bh), "'mov r8b, bh'");
        refused(a -> a.mov(byte_(r9), ch), "'mov byte ptr [r9], ch'");
        refused(a -> a.mov(byte_(rax, r10, Scale.X1, 0), dh), "dh'");
        refused(a -> a.movzx(rax, ah), "'movzx rax, ah'");
    }

    private static void refused(Consumer<Assembler> body, String instruction) {
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> Code.blob(body))
                .withMessageContaining(instruction)
                .withMessageContaining("exist only without a REX prefix")
                .withMessageContaining("use al, bl, cl or dl, or move the byte first");
    }
}
