// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.BuiltInAbis;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("An omission")
class OmissionTest {
    @Test
    void ofWhatNoSwitchSavesIsRefused() {
        assertThatThrownBy(() -> Primitive.GOGO.emit(Abi.SYSTEM_V, SaveSet.SSE, Omission.of(rbx, r10)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "'r10' can't be omitted: ABI 'sysv' does not preserve it, so no switch saves it; it preserves"
                                + " rbx, r12, r13, r14, r15, rbp");
        assertThatThrownBy(() -> SwitchState.of(Abi.SYSTEM_V).omitting(Omission.of(rsp)))
                .hasMessageContaining("'rsp' can't be omitted: without it there is no switch");
        assertThatThrownBy(() -> SwitchState.of(Abi.SYSTEM_V).omitting(Omission.of(ebx)))
                .hasMessageContaining("'ebx' can't be omitted");
    }

    @ParameterizedTest
    @EnumSource
    void ofNothingChangesNothing(Primitive primitive) {
        assertThat(primitive.emit(Abi.WIN64, SaveSet.SSE, Omission.NONE).bytes())
                .isEqualTo(primitive.emit(Abi.WIN64, SaveSet.SSE).bytes());
    }

    @Test
    void leavesAGeneralRegisterAndItsSlotAlone() {
        Omission omission = Omission.of(r12, rbp);
        for (Primitive primitive : new Primitive[] {Primitive.GOGO, Primitive.MCALL}) {
            assertThat(Code.texts(primitive.emit(Abi.SYSTEM_V, SaveSet.SSE, omission)))
                    .isEqualTo(Code.texts(
                            primitive.emit(Abi.SYSTEM_V, SaveSet.SSE),
                            t -> !t.contains("r12") && !t.matches("mov (rbp, .*rdi.*|.*, rbp)")));
        }
    }

    @Test
    void leavesAVectorAloneWhateverItsWidthIsCalled() {
        assertThat(Code.texts(Primitive.MCALL.emit(Abi.WIN64, SaveSet.SSE, Omission.of(ymm7))))
                .isEqualTo(Code.texts(Primitive.MCALL.emit(Abi.WIN64, SaveSet.SSE), t -> !t.contains("xmm7")));
    }

    @Test
    void leavesAPreservedArgumentOfSystemstackToItsThunk() {
        assertThat(Code.texts(Primitive.SYSTEMSTACK.emit(BuiltInAbis.PRESERVE_ALL, SaveSet.SSE)))
                .contains("push rdi");
        assertThat(Code.texts(Primitive.SYSTEMSTACK.emit(BuiltInAbis.PRESERVE_ALL, SaveSet.SSE, Omission.of(rdi))))
                .doesNotContain("push rdi");
    }
}
