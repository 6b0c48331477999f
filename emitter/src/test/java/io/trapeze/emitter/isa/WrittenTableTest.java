// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.trapeze.emitter.isa.Encoding.Prefixing;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WrittenTableTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = ';',
            value = {
                "ADD r/m64:rw, r64 | REX.W 01 /r | MR; expected 4 columns, found 3",
                "ADD r/m65, r64 | REX.W 01 /r | MR | -; unknown operand 'r/m65'",
                "ADD r/m64:x, r64 | REX.W 01 /r | MR | -; unknown access or mark in operand 'r/m64:x'",
                "ADD r/m64, r64 | REX.W 01 /r | MX | -; MX",
                "ADD r/m64, r64 | REX.W 01 /q | MR | -; unknown word '/q' in the encoding",
                "VADD xmm, xmm | VEX.128.67.0F 01 /r | RM | -; unknown part '67' in VEX.128.67.0F",
                "ADD r/m64, r64 | REX.W 01 /r | M | -; Op/En M places 1 operands, the signature has 2",
                "ADD r/m64, r64 | REX.W 01 /r | RM | -; operand r/m64 cannot go to field R",
                "ADD imm8, r64 | REX.W 01 /r ib | MR | -; operand imm8 cannot go to field M",
                "ADD r64 | REX.W 01 | I | -; operand r64 cannot go to field I",
                "ADD r64 | REX.W 01 | D | -; operand r64 cannot go to field D",
                "ADD r/m64, imm8 | REX.W 01 /0 | MI | -; the operands need 1 immediate bytes, the encoding has 0",
                "ADD r/m64 | REX.W 01 /0 ib | M | -; the operands need 0 immediate bytes, the encoding has 1",
                "ADD r/m64 | REX.W 01 | M | -; a ModRM byte is written exactly when",
                "ADD | 01 /r | ZO | -; a ModRM byte is written exactly when",
                "ADD r/m64 | REX.W 01 /r | M | -; ModRM.reg holds either a register (/r) or a digit",
                "ADD r/m64, r64 | REX.W 01 /3 | MR | -; ModRM.reg holds either a register (/r) or a digit",
                "ADD r/m64 | A32 REX.W 01 /0 | M | -; A32 stands before branches only",
                "PUSH r64 | 50 | O | -; +r stands exactly when an operand goes to the opcode",
                "PUSH r64 | 51+r | O | -; +r needs an opcode whose low three bits are 0",
                "PUSH | 50+r | ZO | -; +r stands exactly when an operand goes to the opcode",
                "ADD r64, r64, r/m64 | REX.W 01 /r | RVM | -; vvvv exists only with VEX or EVEX",
                "VADD zmm, zmm | VEX.512.66.0F 01 /r | RM | -; 512 bits need EVEX",
                "VADD ymm, ymm | VEX.128.66.0F 01 /r | RM | -; a 256-bit register does not fit a vector length of 128",
                "VADD xmm, xmm | VEX.128.66.W0 01 /r | RM | -; a VEX or EVEX prefix names an opcode map",
                "VADD xmm, xmm | O16 VEX.128.66.0F.W0 01 /r | RM | -; O16 has no place beside a VEX or EVEX prefix",
                "VADD xmm, xmm | REX.W VEX.128.66.0F.W0 01 /r | RM | -; REX.W beside VEX.128.66.0F.W0: write W1 there",
                "VADD xmm, xmm | VEX.128.66.0F.W0 REX.W 01 /r | RM | -; write W1 there",
                "ADD r/m64, imm8 | REX.W 01 /0 ib ib | MI | -; two immediates other than iw ib",
                "ADD | REX.W | ZO | -; expected one opcode byte, or one and a constant ModRM byte",
                "ADD | 01 02 03 | ZO | -; expected one opcode byte, or one and a constant ModRM byte",
                "VADD xmm{k}:w, xmm/m128 | VEX.128.66.0F.W0 01 /r | RM | -; masks, broadcast and rounding need EVEX",
                "VADD xmm:w, xmm/m128/m64bcst | VEX.128.66.0F.W0 01 /r | RM | -; masks, broadcast and rounding need EVEX",
                "VADD xmm{z}:w, xmm/m128 | EVEX.128.66.0F.W0 01 /r | RM | -; {z} needs {k}: xmm{z}",
                "VADD k{k}{z}:w, xmm/m128 | EVEX.128.66.0F.W0 01 /r | RM | -; {z} needs a vector register: k{k}{z}",
                "VADD xmm:w, xmm/m128{k} | EVEX.128.66.0F.W0 01 /r | RM | -; {k} needs an operand that is written",
                "VADD xmm:w, xmm/m128{kk} | EVEX.128.66.0F.W0 01 /r | RM | -; unknown access or mark in operand",
                "VADD xmm/m32bcst:w, xmm | EVEX.128.66.0F.W0 01 /r | RM | -; a broadcast element needs a wider memory",
                "VADD xmm:w, xmm/m32/m32bcst | EVEX.128.66.0F.W0 01 /r | RM | -; a broadcast element needs a wider memory",
                "VADD ymm:w, ymm{er} | EVEX.256.66.0F.W0 01 /r | RM | -; it needs 512 bits or LLIG",
                "VADD zmm:w, zmm{er}{sae} | EVEX.512.66.0F.W0 01 /r | RM | -; {er} says {sae} as well",
                "VADD zmm:w, zmm/m512 | EVEX.512.66.0F.W0 01 /r | RM | N=3; N is no power of two",
                "ADD r64:rw, r/m64 | REX.W 03 /r | RM | lock; lock needs an operand that may be memory and is written",
                "CMP r/m64, r64 | REX.W 39 /r | MR | lock; lock needs an operand that may be memory and is written",
            })
    void aRowThatCannotBeTrueIsRefusedWithItsLineAndTheReason(String row, String reason) {
        assertThatExceptionOfType(TableException.class)
                .isThrownBy(() -> WrittenTable.read("# a comment\n\n" + row + "\n"))
                .withMessageStartingWith("instruction table, line 3: ")
                .withMessageContaining(reason)
                .withMessageEndingWith(row);
    }

    @Test
    void aRowThatSaysTheSameAsAnotherIsRefused() {
        String row = "ADD r/m64:rw, r64 | REX.W 01 /r | MR | lock\n";
        assertThatExceptionOfType(TableException.class)
                .isThrownBy(() -> WrittenTable.read(row + row))
                .withMessageContaining("line 2: it says the same as line 1");
    }

    @Test
    void moreFormsThanADescriptorCountsAreRefused() {
        String rows = IntStream.rangeClosed(0, 0x2000)
                .mapToObj(i -> "I%04X | 90 | ZO | -".formatted(i))
                .collect(Collectors.joining("\n"));
        assertThatExceptionOfType(TableException.class)
                .isThrownBy(() -> WrittenTable.read(rows))
                .withMessageContaining("line 8193: a descriptor counts no further than 8191");
    }

    @Test
    void aRowIsReadAsTheManualMeansIt() {
        Form form = WrittenTable.read("SHL/SAL r/m16:rw, imm8 | O16 C1 /4 ib | MI | text=shift avx")
                .form(0);
        assertThat(form.names()).containsExactly("shl", "sal");
        assertThat(form.signature()).isEqualTo("shl r/m16, imm8");
        assertThat(form.operands().get(0).access()).isEqualTo(Access.READ_WRITE);
        assertThat(form.operands().get(0).access().writes()).isTrue();
        assertThat(form.operands().get(1).access()).isEqualTo(Access.READ);
        assertThat(form.operandBits()).isEqualTo(16);
        assertThat(form.textMnemonic()).isEqualTo("shift");
        assertThat(form.features()).containsExactly("avx");
        assertThat(form.lockable()).isFalse();
        assertThat(form.encoding().prefixing()).isEqualTo(Prefixing.LEGACY);
        assertThat(form.encoding().operandSize16()).isTrue();
        assertThat(form.encoding().digit()).hasValue(4);
        assertThat(form.line()).isEqualTo(1);
        assertThat(form.field(0)).isEqualTo('M');
        assertThat(form.field(1)).isEqualTo('I');
    }

    @Test
    void namesInBracketsHoldForWhatFollows() {
        String table = "# a comment\n[Instructions]\nNOP | 90 | ZO | -\n\n[X87]\nFLD1 | D9 E8 | ZO | -\n";
        assertThat(WrittenTable.read(table).mnemonics()).containsExactly("nop", "fld1");
        assertThat(WrittenTable.classes(table)).isEqualTo(Map.of(2, "Instructions", 5, "X87"));
    }
}
