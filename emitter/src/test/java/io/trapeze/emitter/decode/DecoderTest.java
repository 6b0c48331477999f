// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecoderTest {
    private static byte[] bytes(String hex) {
        return HexFormat.ofDelimiter(" ").parseHex(hex);
    }

    /** The text of what the bytes begin with, and how many of them it has. */
    private static String read(String hex) {
        byte[] code = bytes(hex);
        return Decoder.decode(code, 0)
                .map(decoded -> {
                    int length = decoded.fields().length();
                    Instruction instruction = CodeBlob.disassemble("code", Arrays.copyOf(code, length))
                            .instructions()
                            .get(0);
                    return instruction.textWithOffsets() + " / " + length;
                })
                .orElse("none");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "48 89 e5 | mov rbp, rsp / 3",
                "48 8b 84 cb 78 56 34 12 90 | mov rax, qword ptr [rbx + rcx*8 + 0x12345678] / 8",
                "f0 48 0f c7 0f | lock cmpxchg16b xmmword ptr [rdi] / 5",
                "f3 48 0f b8 c1 | popcnt rax, rcx / 5",
                "c5 f5 ef c2 | vpxor ymm0, ymm1, ymm2 / 4",
                "62 f1 fe 48 6f 43 01 | vmovdqu64 zmm0, zmmword ptr [rbx + 0x40] / 7",
                "88 e0 | mov al, ah / 2",
                "40 88 e0 | mov al, spl / 3",
                "75 fb | jne 0xfffffffffffffffd / 2",
            })
    void readsTheInstructionThatCodeBeginsWith(String hex, String text) {
        assertThat(read(hex)).isEqualTo(text);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "90 | nop / 1",
                "48 90 | xchg rax, rax / 2",
                "66 90 | xchg ax, ax / 2",
                "41 90 | xchg eax, r8d / 2",
                "f3 90 | pause / 2",
                "48 98 | cdqe / 2",
                "f3 48 a5 | rep movsq / 3",
                "0f 01 d0 | xgetbv / 3",
                "0f ae e8 | lfence / 3",
                "48 87 c0 | xchg rax, rax / 3",
                "48 05 01 00 00 00 | add rax, 0x1 / 6",
                "48 81 c0 01 00 00 00 | add rax, 0x1 / 7",
                "48 8b 84 20 00 00 00 00 | mov rax, qword ptr [rax] / 8",
                "64 48 a5 | fs movsq / 3",
                "65 f3 a4 | gs rep movsb / 3",
                "64 a2 88 77 66 55 44 33 22 11 | movabs fs:[0x1122334455667788], al / 10",
            })
    void choosesAsDisassemblersDoWhereSeveralFormsOrWaysToWriteFit(String hex, String text) {
        assertThat(read(hex)).isEqualTo(text);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "66 66 2e 0f 1f 84 00 00 00 00 00 | nop word ptr [rax + rax*1] / 11",
                "3e 48 8b 07 | mov rax, qword ptr [rdi] / 4",
                "64 2e 48 8b 07 | mov rax, qword ptr fs:[rdi] / 5",
                "40 53 | push rbx / 2",
                "48 ff 25 10 00 00 00 | jmp qword ptr [rip + 0x10] / 7",
                "f3 c3 | repz ret / 2",
                "f2 e9 10 00 00 00 | jmp 0x16 / 6",
                "67 e8 10 00 00 00 | call 0x16 / 6",
                "66 48 e8 10 00 00 00 | call 0x17 / 7",
                "66 66 48 e8 b4 85 fc ff | call 0xfffffffffffc85bc / 8",
                "2e 75 10 | jne 0x13 / 3",
                "c4 e1 f5 ef c2 | vpxor ymm0, ymm1, ymm2 / 5",
            })
    void prefixesThatDoNothingAreReadOver(String hex, String text) {
        assertThat(read(hex)).isEqualTo(text);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "06 | no instruction in 64-bit mode",
                "67 48 8b 07 | addresses of 32 bits",
                "64 48 ab | another segment for what is stored to es:[rdi]",
                "67 a0 44 33 22 11 | an address of 32 bits",
                "64 48 89 c8 | a segment without memory",
                "3e ff e0 | notrack",
                "f0 48 89 07 | LOCK before a load",
                "f0 48 01 c8 | LOCK without memory",
                "48 66 90 | REX before another prefix",
                "48 c5 f5 ef c2 | REX before VEX",
                "66 c5 f5 ef c2 | 66H before VEX",
                "66 c5 f8 54 c1 | 66H before VEX that says it has none",
                "f3 c5 f9 f9 d0 | F3H before VEX",
                "f2 f3 c3 | both of F2H and F3H",
                "f2 01 c8 | F2H where it says something to other processors",
                "62 f1 f1 48 ef c2 | a fixed bit of EVEX is wrong",
                "62 f1 6e 68 59 c2 | a vector length that does not exist",
                "c4 e9 75 ef c2 | an opcode map that does not exist",
                "c5 78 44 c1 | a mask register 8",
                "66 66 66 66 66 66 66 66 66 66 66 66 66 66 66 90 | 16 bytes",
            })
    void whatTheOperandsCannotSayIsNoInstruction(String hex, String reason) {
        assertThat(read(hex)).as(reason).isEqualTo("none");
    }

    @Test
    void everyProperBeginningOfAnInstructionIsNone() {
        byte[] code = bytes("64 48 81 84 cb 78 56 34 12 01 02 03 04");
        assertThat(Decoder.decode(code, 0)).isPresent();
        for (int length = 1; length < code.length; length++) {
            assertThat(Decoder.decode(Arrays.copyOf(code, length), 0))
                    .as("%d bytes", length)
                    .isEmpty();
        }
    }

    @Test
    void readsAtAnyPlaceAndNothingBeforeIt() {
        byte[] code = bytes("06 06 48 89 e5 c3");
        assertThat(Decoder.decode(code, 2)).map(d -> d.form().mnemonic()).contains("mov");
        assertThat(Decoder.decode(code, 5)).map(d -> d.form().mnemonic()).contains("ret");
        assertThat(Decoder.decode(code, 6)).isEmpty();
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> Decoder.decode(code, 7));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> Decoder.decode(code, -1));
    }

    @Test
    void idlePrefixesCountAsPrefixes() {
        Optional<DecodedInstruction> decoded = Decoder.decode(bytes("66 2e 0f 1f 44 00 00"), 0);
        assertThat(decoded.orElseThrow().fields()).isEqualTo(new Fields(2, 0, 2, 1, 1, 1, 0));
    }

    @Test
    void aListingOfForeignCodeNamesWhereItBranchesAndKeepsEveryByte() {
        byte[] code = bytes(
                "31 c0 ff c0 83 f8 0a 75 f9 06 06 e8 f0 ff ff ff 48 8d 05 f9 ff ff ff 48 8b 05 00 10 00 00 e9 fb 0f 00 00");
        CodeBlob blob = CodeBlob.disassemble("loop", code, 0x401000, java.util.Map.of("count", 0));
        assertThat(blob.listing(0x401000)).isEqualTo("""
                count:
                401000  31 c0                 xor eax, eax
                at_401002:
                401002  ff c0                 inc eax
                401004  83 f8 0a              cmp eax, 0xa
                401007  75 f9                 jne at_401002 <0x401002>
                401009  06 06                 .byte 0x06, 0x06
                40100b  e8 f0 ff ff ff        call count <0x401000>
                at_401010:
                401010  48 8d 05 f9 ff ff ff  lea rax, [rip + at_401010] <0x401010>
                401017  48 8b 05 00 10 00 00  mov rax, qword ptr [rip + 0x1000]      ; 0x40201e
                40101e  e9 fb 0f 00 00        jmp 0x40201e
                """);
        assertThat(blob.instructions().stream()
                        .map(i -> HexFormat.of().formatHex(i.bytes()))
                        .collect(Collectors.joining()))
                .isEqualTo(HexFormat.of().formatHex(code));
    }
}
