// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import static io.trapeze.emitter.operand.Mem.byte_;
import static io.trapeze.emitter.operand.Mem.dword;
import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Mem.xmmword;
import static io.trapeze.emitter.operand.Mem.zmmword;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Broadcast;
import io.trapeze.emitter.operand.Decoration;
import io.trapeze.emitter.operand.Immediate;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalTest {
    static Stream<Arguments> refusals() {
        return Stream.of(
                refusal("operands of two sizes", a -> a.emit("mov", rax, ecx), "'mov rax, ecx'", "mov r/m64, r64"),
                refusal(
                        "memory of the wrong size",
                        a -> a.emit("mov", rax, dword(rdi)),
                        "'mov rax, dword ptr [rdi]'",
                        "Nearest legal forms: mov r64, r/m64; mov r32, r/m32"),
                refusal(
                        "memory without a size",
                        a -> a.emit("inc", ptr(rdi)),
                        "'inc [rdi]'",
                        "say how wide the memory is"),
                refusal("too few operands", a -> a.emit("add", rax), "'add rax'", "no form takes these operands"),
                refusal(
                        "two memory operands",
                        a -> a.emit("mov", qword(rax), qword(rcx)),
                        "no form takes",
                        "mov r/m64"),
                refusal("unknown mnemonic", a -> a.emit("mvo", rax, rcx), "unknown instruction 'mvo'", "lower case"),
                refusal("count in another register", a -> a.shl(rax, dl), "'shl rax, dl'", "shl r/m64, cl"),
                refusal("byte immediate", a -> a.mov(al, 256), "'mov al, 0x100'", "must be in -128 … 255"),
                refusal("byte immediate below", a -> a.add(cl, -129), "'add cl, -0x81'", "must be in -128 … 255"),
                refusal("shift count", a -> a.shr(rax, 300), "immediate 300", "-128 … 255"),
                refusal("16-bit immediate", a -> a.mov(ax, 65536), "'mov ax, 0x10000'", "-32768 … 65535"),
                refusal("16-bit immediate below", a -> a.add(ax, -32769), "'add ax, -0x8001'", "-32768 … 65535"),
                refusal("ret with too much", a -> a.ret(65536), "'ret 0x10000'", "-32768 … 65535"),
                refusal(
                        "32-bit immediate",
                        a -> a.emit("add", rax, new Immediate(0x8000_0000L)),
                        "'add rax, 0x80000000'",
                        "must be in -2147483648 … 2147483647"),
                refusal(
                        "wide immediate to memory",
                        a -> a.emit("mov", qword(rdi), new Immediate(1L << 40)),
                        "'mov qword ptr [rdi], 0x10000000000'",
                        "must be in -2147483648 … 2147483647"),
                refusal(
                        "VEX register",
                        a -> a.avx().vpxor(ymm0, ymm1, ymm16),
                        "'vpxor ymm0, ymm1, ymm16'",
                        "use a register below 16"),
                refusal(
                        "SSE register",
                        a -> a.movdqu(xmm31, xmmword(rsp)),
                        "'movdqu xmm31, xmmword ptr [rsp]'",
                        "AVX-512"),
                refusal("VEX register by name", a -> a.emit("vpor", ymm0, ymm20, ymm1), "ymm20", "only in EVEX"),
                refusal(
                        "lock on a register",
                        a -> a.lock().add(rax, rcx),
                        "'lock add rax, rcx'",
                        "LOCK needs a memory destination"),
                refusal("lock on a load", a -> a.lock().mov(rax, qword(rdi)), "'lock mov", "LOCK is legal only before"),
                refusal(
                        "lock on a comparison",
                        a -> a.lock().cmp(qword(rdi), rax),
                        "'lock cmp",
                        "LOCK is legal only before"),
                refusal(
                        "lock on a register and a number",
                        a -> a.lock().add(rbx, 5),
                        "'lock add rbx, 0x5'",
                        "LOCK needs a memory destination"),
                refusal(
                        "lock on a comparison with a number",
                        a -> a.lock().cmp(qword(rdi), 5),
                        "'lock cmp qword ptr [rdi], 0x5'",
                        "LOCK is legal only before"),
                refusal("lock on a frame", a -> a.lock().enter(16, 1), "'lock enter 0x10, 0x1'", "nothing can be said"),
                refusal("lock alone", a -> a.lock().ret(), "'lock ret'", "LOCK is legal only before"),
                refusal("lock twice", a -> a.lock().lock(), "'lock' after 'lock'", "say it once"),
                refusal("lock on a branch", a -> a.lock().jmp(a.label()), "'lock", "LOCK is not legal before a branch"),
                refusal("lock on data", a -> a.lock().db(1), "'lock' is followed by no instruction", "directly before"),
                refusal(
                        "lock on padding",
                        a -> a.lock().align(16),
                        "'lock' is followed by no instruction",
                        "directly before"),
                refusal(
                        "k0 as mask",
                        a -> a.avx512().k(k0).vaddpd(zmm0, zmm1, zmm2),
                        "k0 cannot be a write mask",
                        "use k1 to k7"),
                refusal(
                        "two masks",
                        a -> a.avx512().k(k1).k(k2).vaddpd(zmm0, zmm1, zmm2),
                        "'{k2}' after '{k1}'",
                        "still waited for its instruction"),
                refusal("two roundings", a -> a.avx512().rnSae().sae(), "'{sae}' after '{rn-sae}'", "say it once"),
                refusal(
                        "mask on an instruction that takes none",
                        a -> masked(a).mov(rax, rcx),
                        "'mov rax, rcx' with {k1}",
                        "only with the AVX-512 forms whose first operand has {k}"),
                refusal(
                        "mask before VEX",
                        a -> masked(a).avx().vpxor(ymm0, ymm1, ymm2),
                        "with {k1}",
                        "a write mask is legal only"),
                refusal(
                        "mask that an EVEX form lacks",
                        a -> a.avx512().kz(k1).vpsadbw(zmm0, zmm1, zmm2),
                        "'vpsadbw zmm0, zmm1, zmm2' with {k1}{z}",
                        "vpsadbw zmm, zmm, zmm/m512"),
                refusal("mask alone", a -> masked(a).ret(), "'ret' with {k1}", "a write mask is legal only"),
                refusal(
                        "zeroing of memory",
                        a -> a.avx512().kz(k1).vmovups(zmmword(rdi), zmm0),
                        "'vmovups zmmword ptr [rdi], zmm0' with {k1}{z}",
                        "memory is left as it is, so merge"),
                refusal(
                        "zeroing of a mask register",
                        a -> a.avx512().kz(k1).vpcmpeqd(k2, zmm1, zmm2),
                        "zeroing is legal only with forms that have {z}",
                        "vpcmpeqd k{k}, zmm, zmm/m512/m32bcst"),
                refusal(
                        "zeroing without a mask",
                        a -> a.decorate(new Decoration(Decoration.ZEROING))
                                .avx512()
                                .vaddpd(zmm0, zmm1, zmm2),
                        "zeroing needs a mask",
                        "k1 to k7"),
                refusal(
                        "rounding of 256 bits",
                        a -> a.avx512().rnSae().vaddpd(ymm0, ymm1, ymm2),
                        "'vaddpd ymm0, ymm1, ymm2' with {rn-sae}",
                        "scalars and vectors of 512 bits"),
                refusal(
                        "rounding with memory",
                        a -> a.avx512().rnSae().vaddpd(zmm0, zmm1, zmmword(rdi)),
                        "with {rn-sae}",
                        "between registers only"),
                refusal(
                        "rounding where there is none",
                        a -> a.avx512().rnSae().vmaxpd(zmm0, zmm1, zmm2),
                        "a rounding mode is legal only with forms that have {er}",
                        "vmaxpd zmm{k}{z}, zmm, zmm/m512/m64bcst{sae}"),
                refusal(
                        "no exceptions, where rounding is named",
                        a -> a.avx512().sae().vaddpd(zmm0, zmm1, zmm2),
                        "those with {er} name a rounding mode",
                        "vaddpd zmm{k}{z}, zmm, zmm/m512/m64bcst{er}"),
                refusal(
                        "lock on a vector",
                        a -> a.lock().avx512().vaddpd(zmm0, zmm1, zmmword(rdi)),
                        "'lock vaddpd",
                        "LOCK is legal only"),
                refusal(
                        "broadcast where there is none",
                        a -> a.emit("vpaddb", zmm0, zmm1, dword(rdi).broadcast()),
                        "'vpaddb zmm0, zmm1, dword ptr [rdi]{1toN}'",
                        "it broadcasts no element"),
                refusal(
                        "broadcast of another element",
                        a -> a.emit("vaddpd", zmm0, zmm1, dword(rdi).broadcast()),
                        "legal elements are qword ptr [rdi]{1to2}, qword ptr [rdi]{1to4}, qword ptr [rdi]{1to8}"),
                refusal(
                        "broadcast to too few",
                        a -> a.emit("vaddpd", zmm0, zmm1, Broadcast.of(64, Address.of(rdi, 0), 4)),
                        "qword ptr [rdi]{1to4}'",
                        "as many as the vector has"),
                refusal(
                        "broadcast to nobody knows how many",
                        a -> a.emit("vcvtpd2ps", xmm0, qword(rdi).broadcast()),
                        "x or y at the end of the name"),
                refusal("mask on a branch", a -> masked(a).jmp(a.label()), "before a branch", "jmp"),
                refusal(
                        "mask on data",
                        a -> masked(a).db(1),
                        "'{k1}' is followed by no instruction",
                        "directly before"),
                refusal("rounding at the end", RefusalTest::roundsPadding, "'{rn-sae}' is followed by no instruction"),
                refusal("branch that is none", a -> a.emit("add", a.label()), "does not branch", "add"),
                refusal("db above", a -> a.db(256), "256 is no byte", "-128 … 255"),
                refusal("db below", a -> a.db(-129), "-129 is no byte", "-128 … 255"),
                refusal("alignment", a -> a.align(24), "24 is not a power of two", "1 … 4096"),
                refusal("negative alignment", a -> a.align(Integer.MIN_VALUE), "is not a power of two", "1 … 4096"),
                refusal("padding below none", a -> a.align(16, -1), "-1, the most bytes of padding, is below 0"),
                refusal(
                        "lock before a text",
                        a -> a.lock().assemble("inc dword ptr [rdi]"),
                        "'lock' is followed by no instruction"),
                refusal("wide alignment", a -> a.align(8192), "8192 is not a power of two in", "1 … 4096"));
    }

    /** Says a mask as {@code a.avx512().k(k1)} does, and returns the assembler with the instructions that take none. */
    private static Assembler masked(Assembler a) {
        a.avx512().k(k1);
        return a;
    }

    private static void roundsPadding(Assembler a) {
        a.avx512().rnSae();
        a.align(4);
    }

    private static Arguments refusal(String what, Consumer<Assembler> body, String... parts) {
        return Arguments.of(what, body, parts);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusals")
    void messageNamesTheInstructionTheReasonAndTheRemedy(String what, Consumer<Assembler> body, String... parts) {
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> body.accept(new Assembler()))
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusals")
    void nothingIsLeftOfARefusedInstruction(String what, Consumer<Assembler> body, String... parts) {
        Assembler a = new Assembler();
        a.mov(rax, rcx);
        int size = a.sizeSoFar();
        assertThatExceptionOfType(EncodingException.class).isThrownBy(() -> body.accept(a));
        assertThat(a.sizeSoFar()).isEqualTo(size);
        a.add(qword(rdi), 1);
        CodeBlob blob = a.finish("code");
        assertThat(Code.hex(blob)).isEqualTo("48 89 c8 48 83 07 01");
        assertThat(blob.instructions()).hasSize(2);
        assertThat(blob.instructions().get(1).reason()).isEmpty();
        assertThat(blob.instructions().get(1).rule()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aNoteNeedsSomethingThatItIsAbout(boolean recording) {
        Assembler a = new Assembler(recording);
        for (Runnable note : new Runnable[] {() -> a.because("of this"), () -> a.serves("a.rule")}) {
            assertThatExceptionOfType(EncodingException.class)
                    .isThrownBy(note::run)
                    .withMessageContaining("call because() and serves() behind the instruction they are about");
        }
        a.jmp(a.here());
        a.because("of this").serves("a.rule");
        assertThatNullPointerException().isThrownBy(() -> a.because(null));
        assertThatNullPointerException().isThrownBy(() -> a.serves(null));
        assertThat(Code.hex(a.finish("code"))).isEqualTo("eb fe");
    }

    @Test
    void lockIsLegalBeforeReadModifyWriteInMemory() {
        assertThat(Code.hex(a -> a.lock().cmpxchg(qword(rdi), rcx))).isEqualTo("f0 48 0f b1 0f");
        assertThat(Code.hex(a -> a.lock().xadd(qword(rdi, 8), rax))).isEqualTo("f0 48 0f c1 47 08");
        assertThat(Code.hex(a -> a.lock().inc(byte_(rdi)))).isEqualTo("f0 fe 07");
        assertThat(Code.hex(a -> a.lock().cmpxchg16b(xmmword(rsi)))).isEqualTo("f0 48 0f c7 0e");
    }
}
