// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.InstructionTable;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormDecoderTest {
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "mov r64, '48 8b 84 cb 78 56 34 12', 0 1 1 1 1 4 0",
        "mov r64, 64 48 8b 04 25 28 00 00 00, 1 1 1 1 1 4 0",
        "add r/m16, 66 f0 83 07 01, 2 0 1 1 0 0 1",
        "popcnt r64, f3 48 0f b8 c1, 1 1 2 1 0 0 0",
        "vmovdqu64 zmm, 62 f1 fe 48 6f 43 01, 0 4 1 1 0 1 0",
        "vpxor ymm, c5 f5 ef c2, 0 2 1 1 0 0 0",
        "xgetbv, 0f 01 d0, 0 0 3 0 0 0 0",
    })
    void fieldsAddUpToTheInstruction(String signature, String hex, String fields) {
        byte[] code = HexFormat.ofDelimiter(" ").parseHex(hex);
        Fields read = decodeAsAny(signature, code).fields();
        assertThat("%d %d %d %d %d %d %d"
                        .formatted(
                                read.prefixes(),
                                read.extension(),
                                read.opcode(),
                                read.modRm(),
                                read.sib(),
                                read.displacement(),
                                read.immediate()))
                .isEqualTo(fields);
        assertThat(read.length()).isEqualTo(code.length);
    }

    /** Decodes by the first form whose signature starts so and that the bytes are an instance of. */
    private static DecodedInstruction decodeAsAny(String signature, byte[] code) {
        IllegalArgumentException last = new IllegalArgumentException("no form " + signature);
        for (Form form : InstructionTable.shipped().forms()) {
            if (form.signature().startsWith(signature)) {
                try {
                    return FormDecoder.decode(form, code);
                } catch (IllegalArgumentException e) {
                    last = e;
                }
            }
        }
        throw last;
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "'add r/m64, r64', 48 03 c1, its prefixes, opcode or ModRM byte",
        "'add r/m64, r64', 01 c8, its prefixes, opcode or ModRM byte",
        "'add r/m64, r64', 66 48 01 c8, its prefixes, opcode or ModRM byte",
        "'add r/m16, r16', 01 c8, its prefixes, opcode or ModRM byte",
        "'add r/m64, r64', f3 48 01 c8, its prefixes, opcode or ModRM byte",
        "'add r/m64, r64', f0 48 01 c8, LOCK is not legal here",
        "'cmp r/m64, r64', f0 48 39 07, LOCK is not legal here",
        "'add r/m64, r64', 48 01 c8 90, 'takes 3 bytes, not 4'",
        "'add r/m64, r64', 48 01, the bytes end in the middle",
        "'not r/m64', 48 f7 d8, its prefixes, opcode or ModRM byte",
        "'lea r64, m', 48 8d c0, its prefixes, opcode or ModRM byte",
        "'movhlps xmm, xmm', 0f 12 00, its prefixes, opcode or ModRM byte",
        "'cpuid', 0f a3, its prefixes, opcode or ModRM byte",
        "'cpuid', 90 a2, its prefixes, opcode or ModRM byte",
        "'ptest xmm, xmm/m128', 66 0f 3a 17 c0, its prefixes, opcode or ModRM byte",
        "'xgetbv', 0f 01 d1, its prefixes, opcode or ModRM byte",
        "'vpxor xmm, xmm, xmm/m128', 66 0f ef c0, its prefixes, opcode or ModRM byte",
        "'vpxor xmm, xmm, xmm/m128', c5 f5 ef c2, its prefixes, opcode or ModRM byte",
        "'vpxor xmm, xmm, xmm/m128', c5 f2 ef c2, its prefixes, opcode or ModRM byte",
        "'vpxor xmm, xmm, xmm/m128', c4 e2 71 ef c2, its prefixes, opcode or ModRM byte",
        "'vpxor xmm, xmm, xmm/m128', 66 c5 f1 ef c2, a legacy prefix stands before it",
        "'vmovdqu xmm, xmm/m128', c5 f2 6f c1, vvvv holds a register",
        "'vpxorq zmm{k}{z}, zmm, zmm/m512/m64bcst', c5 f5 ef c2, its prefixes, opcode or ModRM byte",
        "'vpmovm2d zmm, k', 62 f2 7e 49 38 c1, it takes no mask",
        "'vpxorq zmm{k}{z}, zmm, zmm/m512/m64bcst', 62 f1 f5 c8 ef c2, 'it does not zero, or says no mask'",
        "'vpcmpeqd k{k}, zmm, zmm/m512/m32bcst', 62 f1 75 c9 76 c2, 'it does not zero, or says no mask'",
        "'vmovdqu64 zmm/m512{k}{z}, zmm', 62 f1 fe c9 7f 07, it zeroes no memory",
        "'vmovdqu64 zmm{k}{z}, zmm/m512', 62 f1 fe 58 6f 07, it broadcasts nothing",
        "'vpxorq zmm{k}{z}, zmm, zmm/m512/m64bcst', 62 f1 f5 58 ef c2, it takes no such rounding",
        "'vgetexppd zmm{k}{z}, zmm/m512/m64bcst{sae}', 62 f2 fd 38 42 c2, it takes no such rounding",
        "'vpcmpeqd k{k}, zmm, zmm/m512/m32bcst', 62 71 75 48 76 c2, there is no such register",
        "'vpxorq zmm{k}{z}, zmm, zmm/m512/m64bcst', 62 f1 f1 48 ef c2, a fixed bit of its EVEX prefix is wrong",
    })
    void bytesOfAnotherInstructionAreRefusedWithTheReason(String signature, String hex, String reason) {
        Form form = InstructionTable.shipped().forms().stream()
                .filter(f -> f.signature().equals(signature))
                .findFirst()
                .orElseThrow();
        byte[] code = HexFormat.ofDelimiter(" ").parseHex(hex);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FormDecoder.decode(form, code))
                .withMessageContaining(reason);
    }

    @Test
    void everyProperBeginningOfAnInstructionIsRefused() {
        Form form = InstructionTable.shipped().named("add").stream()
                .filter(f -> f.signature().equals("add r/m64, simm32"))
                .findFirst()
                .orElseThrow();
        byte[] code = HexFormat.ofDelimiter(" ").parseHex("48 81 84 cb 78 56 34 12 01 02 03 04");
        assertThat(FormDecoder.decode(form, code).operands().get(0))
                .hasToString("qword ptr [rbx + rcx*8 + 0x12345678]");
        for (int length = 0; length < code.length; length++) {
            byte[] beginning = Arrays.copyOf(code, length);
            assertThatIllegalArgumentException().isThrownBy(() -> FormDecoder.decode(form, beginning));
        }
    }
}
