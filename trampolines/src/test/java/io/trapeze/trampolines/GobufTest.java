// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ControlWords;
import io.trapeze.trampolines.abi.PreservedSet;
import io.trapeze.trampolines.abi.PreservedVector;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A Gobuf")
class GobufTest {
    private static final Abi BARE =
            Abi.SYSTEM_V.named("bare").with(PreservedSet.NONE.withGeneral(rbx)).with(ControlWords.VOLATILE);

    @ParameterizedTest
    @MethodSource("io.trapeze.trampolines.Code#abis")
    @Tag("S7")
    @Tag("S8")
    void beginsWithGosSevenFieldsWhateverTheAbi(Abi abi) {
        assertThat(Gobuf.of(abi).rows().subList(0, 7))
                .containsExactly(
                        new Gobuf.Row("sp", 0, 8),
                        new Gobuf.Row("pc", 8, 8),
                        new Gobuf.Row("g", 16, 8),
                        new Gobuf.Row("ctxt", 24, 8),
                        new Gobuf.Row("ret", 32, 8),
                        new Gobuf.Row("lr", 40, 8),
                        new Gobuf.Row("bp", 48, 8));
    }

    @Test
    @Tag("S7")
    @Tag("S22")
    void ofSystemVKeepsFiveRegistersAndTheControlWordsBehindThem() {
        List<Gobuf.Row> rows = Gobuf.of(Abi.SYSTEM_V).rows();
        assertThat(rows.subList(7, rows.size()))
                .containsExactly(
                        new Gobuf.Row("rbx", 56, 8),
                        new Gobuf.Row("r12", 64, 8),
                        new Gobuf.Row("r13", 72, 8),
                        new Gobuf.Row("r14", 80, 8),
                        new Gobuf.Row("r15", 88, 8),
                        new Gobuf.Row("mxcsr", 96, 4),
                        new Gobuf.Row("x87 control word", 100, 2));
        assertThat(Gobuf.of(Abi.SYSTEM_V).size()).isEqualTo(104);
    }

    @Test
    @Tag("S7")
    @Tag("S23")
    void ofWin64KeepsVectorsBehindTheGeneralRegisters() {
        Gobuf gobuf = Gobuf.of(Abi.WIN64);
        assertThat(gobuf.offset(r15)).isEqualTo(104);
        assertThat(gobuf.offset(PreservedVector.of(xmm6))).isEqualTo(112).isEqualTo(gobuf.offset(r15) + 8);
        assertThat(gobuf.offset(PreservedVector.of(xmm15))).isEqualTo(256);
        assertThat(gobuf.mxcsrOffset()).isEqualTo(272);
        assertThat(gobuf.size()).isEqualTo(312 + 32);
    }

    @ParameterizedTest
    @MethodSource("io.trapeze.trampolines.Code#abis")
    @Tag("S8")
    void hasNoOverlapsAndEndsWithItsLastRow(Abi abi) {
        Gobuf gobuf = Gobuf.of(abi);
        int end = 0;
        for (Gobuf.Row row : gobuf.rows()) {
            assertThat(row.offset()).as(row.name()).isGreaterThanOrEqualTo(end);
            end = row.offset() + row.size();
        }
        assertThat(gobuf.size()).isBetween(end, end + 7).matches(size -> size % 8 == 0);
    }

    @Test
    void hasNoRoomForWhatTheAbiLeavesVolatile() {
        Gobuf gobuf = Gobuf.of(BARE);
        assertThat(gobuf.size()).isEqualTo(64);
        assertThat(gobuf.rows()).extracting(Gobuf.Row::name).endsWith("rbx").hasSize(8);
        assertThatThrownBy(() -> gobuf.offset(r12))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a Gobuf of ABI 'bare' has no slot for r12; it has [rbx]");
        assertThatThrownBy(() -> gobuf.offset(PreservedVector.of(xmm6))).hasMessageContaining("no slot for xmm6");
        assertThatThrownBy(gobuf::mxcsrOffset)
                .hasMessageContaining("no slot for mxcsr, which that ABI does not preserve");
        assertThatThrownBy(() -> gobuf.x87(rdi)).hasMessageContaining("no slot for the x87 control word");
    }

    @Test
    void keepsVectorsOfEveryWidthAndMasksBehindThem() {
        Abi abi = BARE.passing(rdi)
                .with(BARE.arguments().withVectors())
                .with(BARE.preserved()
                        .withVectors(List.of(
                                new PreservedVector(3, 64),
                                PreservedVector.of(ymm4),
                                PreservedVector.of(zmm31),
                                PreservedVector.of(xmm20)))
                        .withMasks(k7, k1));
        List<Gobuf.Row> rows = Gobuf.of(abi).rows();
        assertThat(rows.subList(8, rows.size()))
                .containsExactly(
                        new Gobuf.Row("xmm3/64", 64, 8),
                        new Gobuf.Row("ymm4", 72, 32),
                        new Gobuf.Row("zmm31", 104, 64),
                        new Gobuf.Row("xmm20", 168, 16),
                        new Gobuf.Row("k7", 184, 8),
                        new Gobuf.Row("k1", 192, 8));
        assertThat(Gobuf.of(abi).size()).isEqualTo(200);
    }

    @Test
    void namesItsFieldsAsMemoryOperands() {
        Gobuf gobuf = Gobuf.of(Abi.SYSTEM_V);
        assertThat(gobuf.sp(rdi)).hasToString("qword ptr [rdi]");
        assertThat(gobuf.pc(rdi)).hasToString("qword ptr [rdi + 0x8]");
        assertThat(gobuf.g(r9)).hasToString("qword ptr [r9 + 0x10]");
        assertThat(gobuf.bp(rdi)).hasToString("qword ptr [rdi + 0x30]");
        assertThat(gobuf.slot(rdi, rbx)).hasToString("qword ptr [rdi + 0x38]");
        assertThat(gobuf.mxcsr(rdi)).hasToString("dword ptr [rdi + 0x60]");
    }
}
