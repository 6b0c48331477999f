// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.operand.Label;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AlignmentTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 17, 31})
    void paddingIsOneInstructionForEachNineBytes(int before) {
        CodeBlob blob = Code.blob(a -> {
            a.db(new byte[before]);
            a.align(32);
            a.ret();
        });
        assertThat(blob.size()).isEqualTo(33);
        long nops = blob.instructions().stream().filter(Instruction::padding).count();
        assertThat(nops).isEqualTo((32 - before + 8) / 9);
        assertThat(blob.instructions().stream().filter(Instruction::padding))
                .allMatch(i -> i.textWithOffsets().startsWith(i.size() == 2 ? "xchg ax, ax" : "nop"))
                .allMatch(i -> i.text().startsWith(".byte "));
    }

    @Test
    void nothingIsAddedWhereTheCodeIsAligned() {
        CodeBlob blob = Code.blob(a -> {
            a.align(16);
            a.db(new byte[16]);
            a.align(16);
            a.align(1);
        });
        assertThat(blob.size()).isEqualTo(16);
        assertThat(blob.instructions()).hasSize(1);
        assertThat(blob.listing()).hasLineCount(2);
    }

    @Test
    void thereIsNoPaddingWhereItWouldTakeMoreThanTheLimit() {
        for (int before = 0; before < 16; before++) {
            byte[] code = new byte[before];
            int padding = before < 6 && before > 0 ? 0 : -before & 15;
            CodeBlob blob = Code.blob(a -> {
                a.db(code);
                a.align(16, 10);
                a.ret();
            });
            assertThat(blob.size()).isEqualTo(before + padding + 1);
        }
    }

    @Test
    void aLabelBehindPaddingIsAligned() {
        CodeBlob blob = Code.blob(a -> {
            Label entry = a.label();
            a.jmp(entry);
            a.align(64);
            a.bind(entry);
            a.symbol("entry", entry);
            a.ret();
        });
        assertThat(blob.offset("entry")).isEqualTo(64);
        assertThat(Code.hex(blob)).startsWith("eb 3e");
    }
}
