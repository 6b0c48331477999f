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
import io.trapeze.emitter.operand.Broadcast;
import io.trapeze.emitter.operand.Decoration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Segments, masks, broadcast and rounding through the typed methods; the bytes are GNU as's. */
class DecorationTest {
    static Stream<Arguments> instructions() {
        return Stream.of(
                one("fs lodsb", "64 ac", a -> a.fs().lodsb()),
                one("gs rep movsq", "65 f3 48 a5", a -> a.gs().repMovsq()),
                one("fs umonitor rax", "64 f3 0f ae f0", a -> a.fs().umonitor(rax)),
                one("gs maskmovdqu xmm0, xmm9", "65 66 41 0f f7 c1", a -> a.gs().maskmovdqu(xmm0, xmm9)),
                one(
                        "fs vmaskmovdqu xmm0, xmm1",
                        "64 c5 f9 f7 c1",
                        a -> a.fs().avx().vmaskmovdqu(xmm0, xmm1)),
                one(
                        "vaddpd zmm0{k1}, zmm1, zmm2",
                        "62 f1 f5 49 58 c2",
                        a -> a.avx512().k(k1).vaddpd(zmm0, zmm1, zmm2)),
                one(
                        "vaddpd zmm0{k1}{z}, zmm1, zmm2",
                        "62 f1 f5 c9 58 c2",
                        a -> a.avx512().kz(k1).vaddpd(zmm0, zmm1, zmm2)),
                one(
                        "vaddpd zmm0, zmm1, zmm2, {rz-sae}",
                        "62 f1 f5 78 58 c2",
                        a -> a.avx512().rzSae().vaddpd(zmm0, zmm1, zmm2)),
                one(
                        "vaddpd zmm0{k7}{z}, zmm1, zmm2, {ru-sae}",
                        "62 f1 f5 df 58 c2",
                        a -> a.avx512().kz(k7).ruSae().vaddpd(zmm0, zmm1, zmm2)),
                one(
                        "vmaxss xmm16, xmm1, xmm2, {sae}",
                        "62 e1 76 18 5f c2",
                        a -> a.avx512().sae().vmaxss(xmm16, xmm1, xmm2)),
                one(
                        "vaddpd zmm0, zmm1, qword ptr [rdi + 0x8]{1to8}",
                        "62 f1 f5 58 58 47 01",
                        a -> a.avx512().vaddpd(zmm0, zmm1, qword(rdi, 8).broadcast())),
                one(
                        "vaddps xmm0{k2}, xmm1, dword ptr [rdi + 0x200]{1to4}",
                        "62 f1 74 1a 58 87 00 02 00 00",
                        a -> a.avx512().k(k2).vaddps(xmm0, xmm1, dword(rdi, 512).broadcast())),
                one(
                        "vcvtpd2ps xmm0, qword ptr [rdi]{1to4}",
                        "62 f1 fd 38 5a 07",
                        a -> a.avx512().vcvtpd2psy(xmm0, qword(rdi).broadcast())),
                one(
                        "vmovups zmmword ptr [rdi + 0x40]{k3}, zmm0",
                        "62 f1 7c 4b 11 47 01",
                        a -> a.avx512().k(k3).vmovups(zmmword(rdi, 64), zmm0)),
                one(
                        "vpcompressb zmmword ptr [rdi + 0x7f]{k3}, zmm0",
                        "62 f2 7d 4b 63 47 7f",
                        a -> a.avx512().k(k3).vpcompressb(zmmword(rdi, 127), zmm0)),
                one(
                        "vpcmpud k2{k1}, ymm1, ymm2, 0x1",
                        "62 f3 75 29 1e d2 01",
                        a -> a.avx512().k(k1).vpcmpud(k2, ymm1, ymm2, 1)),
                one(
                        "vaddpd xmm0{k1}, xmm1, xmm2",
                        "62 f1 f5 09 58 c2",
                        a -> a.avx512().k(k1).vaddpd(xmm0, xmm1, xmm2)),
                one("vaddpd xmm0, xmm1, xmm2", "c5 f1 58 c2", a -> a.avx().vaddpd(xmm0, xmm1, xmm2)));
    }

    private static Arguments one(String text, String bytes, Consumer<Assembler> body) {
        return Arguments.of(text, bytes, body);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("instructions")
    void isEncodedAndListed(String text, String bytes, Consumer<Assembler> body) {
        CodeBlob blob = Code.blob(body);
        assertThat(Code.hex(blob)).isEqualTo(bytes);
        assertThat(blob.instructions().get(0).text()).isEqualTo(text);
        assertThat(Code.hex(Assembler.parse(text))).isEqualTo(bytes);
    }

    @Test
    void whatWasSaidOfAnInstructionHoldsForThatOneOnly() {
        assertThat(Code.hex(a -> {
                    a.avx512().kz(k1).rnSae().vaddpd(zmm0, zmm1, zmm2);
                    a.avx512().vaddpd(zmm0, zmm1, zmm2);
                    a.avx512().k(k1).vmovdqu64(zmmword(rdi), zmm0);
                    a.avx512().vmovdqu64(zmmword(rdi), zmm0);
                }))
                .isEqualTo("62 f1 f5 99 58 c2 62 f1 f5 48 58 c2 62 f1 fe 49 7f 07 62 f1 fe 48 7f 07");
    }

    @Test
    void aSegmentIsSaidOfMemoryThatIsNoOperandAndOnce() {
        assertThat(Code.hex(a -> a.fs().lodsb().lodsb())).isEqualTo("64 ac ac");
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> Code.hex(a -> a.fs().mov(rax, qword(rdi))))
                .withMessageStartingWith("cannot encode 'fs mov rax, qword ptr [rdi]'")
                .withMessageContaining("a memory operand says itself in which segment it is");
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> Code.hex(a -> a.fs().stosb()))
                .withMessageStartingWith("cannot encode 'fs stosb'");
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> Code.hex(a -> a.fs().gs().lodsb()))
                .withMessageContaining("say it once");
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> Code.hex(a -> a.lock().lodsb()))
                .withMessageStartingWith("cannot encode 'lock lodsb'");
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> Code.hex(a -> a.lock().fs().lodsb()))
                .withMessageStartingWith("cannot encode 'fs lock lodsb'");
    }

    @Test
    void whatWasSaidIsForgottenWithTheCode() {
        assertThat(Code.hex(a -> {
                    a.lock();
                    a.clear();
                    a.ret();
                }))
                .isEqualTo("c3");
    }

    @Test
    void namedAtRunTimeItIsTheSame() {
        Decoration said = Decoration.named("k1")
                .flatMap(k -> Decoration.named("z").map(k::and))
                .orElseThrow();
        assertThat(said).hasToString("{k1}{z}");
        assertThat(Decoration.named("k0")).isEmpty();
        assertThat(Decoration.named("rx-sae")).isEmpty();
        assertThat(Code.hex(a -> a.decorate(said).emit("vaddpd", zmm0, zmm1, Broadcast.of(64, Address.of(rdi, 0), 8))))
                .isEqualTo(Code.hex(
                        a -> a.avx512().kz(k1).vaddpd(zmm0, zmm1, qword(rdi).broadcast())));
    }

    @Test
    void anElementIsAnotherOperandThanTheMemoryItLiesIn() {
        assertThat(qword(rdi).broadcast())
                .isNotEqualTo(qword(rdi))
                .isEqualTo(qword(rdi).broadcast());
        assertThat(qword(rdi).broadcast()).hasToString("qword ptr [rdi]{1toN}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Broadcast.of(16, Address.of(rdi, 0), 0))
                .withMessageContaining("use dword or qword");
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 1 << 12, 1 << 30, -1, 0x20, 0x60, 0x200, 0x230, 0xC00})
    void bitsThatSayNothingAreRefused(int bits) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Decoration(bits))
                .withMessageContaining("says nothing: combine this type's constants");
    }
}
