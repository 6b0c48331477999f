// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.math.BigInteger;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The fields of an instruction")
class FieldSplitTest {
    private static final String ALL_SORTS = """
            mov rbx, r12
            mov qword ptr [r13], rax
            mov byte ptr [rsp + r9*8 - 0x80], spl
            mov ah, bl
            movabs rax, 0x1122334455667788
            lock xadd qword ptr gs:[0x1478], r15
            add word ptr [rbp], 0x1234
            enter 0x20, 0x1
            imul r8, qword ptr [rax*4 + 0x1000], -0x2
            push r11
            bswap r10
            stmxcsr dword ptr [rdi + 0x60]
            vzeroupper
            vmovdqu ymm9, ymmword ptr [r10 + 0x20]
            vpaddd ymm1, ymm14, ymmword ptr [rsp]
            vaddpd zmm17{k3}{z}, zmm30, qword ptr [r8 + 0x40]{1to8}
            vmovdqu64 zmmword ptr [rsp + 0x7c0], zmm31
            vpternlogd xmm1, xmm2, xmmword ptr [rax + 0x30], 0x55
            kmovq k5, qword ptr [rbx]
            vblendvps xmm1, xmm2, xmm3, xmm15
            jmp next
            next:
            ret 0x80
            """;

    private static Stream<Instruction> everything() {
        Stream<CodeBlob> primitives = Stream.of(Primitive.values())
                .flatMap(primitive -> Abi.builtIn().stream()
                        .flatMap(abi -> Stream.of(SaveSet.values()).map(set -> primitive.emit(abi, set))));
        return Stream.concat(primitives, Stream.of(Assembler.parse(ALL_SORTS)))
                .flatMap(blob -> blob.instructions().stream());
    }

    @Test
    void putTogetherAreItsBytes() {
        everything()
                .forEach(instruction -> assertThat(FieldSplit.of(instruction).stream()
                                .map(ByteField::bytes)
                                .collect(Collectors.joining()))
                        .as(instruction.toString())
                        .isEqualTo(HexFormat.of().formatHex(instruction.bytes())));
    }

    @Test
    void haveBitsThatPutTogetherAreTheirBytes() {
        everything()
                .flatMap(i -> FieldSplit.of(i).stream())
                .filter(f -> !f.bits().isEmpty())
                .forEach(field -> {
                    String bits =
                            field.bits().stream().map(ByteField.Bits::value).collect(Collectors.joining());
                    String bytes =
                            new BigInteger("1" + field.bytes(), 16).toString(2).substring(1);
                    assertThat(bits).as(field.toString()).isEqualTo(bytes);
                });
    }

    /** By the formulas of SDM vol. 2, section 2.2.1.2, from the bits alone. */
    @Test
    void nameTheGeneralRegistersThatTheirBitsAre() {
        int[] compared = {0};
        everything().forEach(instruction -> {
            Map<String, ByteField> fields = FieldSplit.of(instruction).stream()
                    .filter(f -> !f.name().equals("prefix"))
                    .collect(Collectors.toMap(ByteField::name, f -> f));
            if (fields.containsKey("ModRM") && instruction.text().matches("(mov|lea|push|call|jmp|and|sub|add) .*")) {
                int rex = fields.containsKey("REX")
                        ? Integer.parseInt(fields.get("REX").bytes(), 16)
                        : 0;
                if ((rex & 8) == 0 && !instruction.text().matches("(push|call|jmp) .*")) {
                    return; // not registers of 64 bits
                }
                for (ByteField field : fields.values()) {
                    for (ByteField.Bits bits : field.bits()) {
                        int high = switch (bits.name()) {
                            case "reg" -> rex << 1 & 8;
                            case "index" -> rex << 2 & 8;
                            case "rm", "base" -> rex << 3 & 8;
                            default -> 0;
                        };
                        String meaning = bits.meaning().replaceAll("[\\[\\]]", "");
                        if (List.of("reg", "index", "rm", "base").contains(bits.name()) && meaning.matches("r\\w+")) {
                            String register = Registers.gp64(high + Integer.parseInt(bits.value(), 2))
                                    .name();
                            assertThat(meaning).as("%s, %s", instruction, bits).isEqualTo(register);
                            assertThat(instruction.text()).contains(register);
                            compared[0]++;
                        }
                    }
                }
            }
        });
        assertThat(compared[0]).isGreaterThan(500);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mov rbx, r12                    | 4c REX; 89 opcode; e3 ModRM",
                "mov qword ptr [rsp + 0x8], rbp  | 48 REX; 89 opcode; 6c ModRM; 24 SIB; 08 disp8",
                "mov rax, qword ptr gs:[0x1478]  | 65 prefix; 48 REX; 8b opcode; 04 ModRM; 25 SIB; 78140000 disp32",
                "movdqu xmm8, xmmword ptr [rsp]  | f3 prefix; 44 REX; 0f6f opcode; 04 ModRM; 24 SIB",
                "push 0x0                        | 6a opcode; 00 imm8",
                "enter 0x20, 0x1                 | c8 opcode; 2000 imm16; 01 imm8",
                "ret 0x80                        | c2 opcode; 8000 imm16",
                "movabs al, gs:[0x1234]          | 65 prefix; a0 opcode; 3412000000000000 moffs64",
                "fs rep movsq                    | 64 prefix; f3 prefix; 48 REX; a5 opcode",
                "vblendvps xmm1, xmm2, xmm3, xmm15 | c4e369 VEX; 4a opcode; cb ModRM; f0 is8",
                "jmp here; here:                 | eb opcode; 00 rel8",
            })
    void beginAndEndWhereTheManualSays(String text, String fields) {
        Instruction instruction =
                Assembler.parse(text.replace(';', '\n')).instructions().get(0);
        assertThat(FieldSplit.of(instruction).stream()
                        .map(field -> field.bytes() + " " + field.name())
                        .collect(Collectors.joining("; ")))
                .isEqualTo(fields);
    }

    @Test
    void sayWhatTheirBitsSay() {
        assertThat(meanings("mov qword ptr [r12 + rcx*4 + 0x10], r9"))
                .contains(
                        "64-bit operands; 8 is added to reg, base",
                        "mov r/m64, r64",
                        "memory, 8-bit displacement",
                        "r9",
                        "SIB follows",
                        "times 4",
                        "rcx",
                        "r12",
                        "0x10 = 16");
        assertThat(meanings("stmxcsr dword ptr [rdi]")).contains("/3, belongs to the opcode");
        assertThat(meanings("push r11"))
                .contains("push r64; its low bits 011 are r11", "8 is added to opcode register");
        assertThat(meanings("vmovdqu64 zmmword ptr [rsp + 0x7c0], zmm31"))
                .contains("vectors of 512 bits", "31 times 64: 0x7c0 = 1984", "zmm31");
    }

    private static List<String> meanings(String text) {
        return FieldSplit.of(Assembler.parse(text).instructions().get(0)).stream()
                .flatMap(field -> Stream.concat(
                        Stream.of(field.meaning()), field.bits().stream().map(ByteField.Bits::meaning)))
                .toList();
    }
}
