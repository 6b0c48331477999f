// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.trampolines.abi.Abi;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A switch's state")
class SwitchStateTest {
    private static CodeBlob saved(SwitchState state) {
        Assembler a = new Assembler();
        state.save(a, r10, r11);
        return a.finish("save");
    }

    private static CodeBlob restored(SwitchState state) {
        Assembler a = new Assembler();
        state.restore(a, r10, r11);
        return a.finish("restore");
    }

    @ParameterizedTest
    @MethodSource("io.trapeze.trampolines.Code#abis")
    @Tag("S22")
    void comesBackFromTheSlotsItWentTo(Abi abi) {
        SwitchState state = SwitchState.of(abi);
        assertThat(Code.loads(restored(state), "r10"))
                .containsAllEntriesOf(Code.stores(saved(state), "r10"))
                .hasSameSizeAs(Code.stores(saved(state), "r10"));
    }

    @ParameterizedTest
    @MethodSource("io.trapeze.trampolines.Code#abis")
    void withoutControlWordsIsTheSameButForThem(Abi abi) {
        SwitchState state = SwitchState.of(abi);
        assertThat(Code.texts(saved(state.withoutControlWords())))
                .isEqualTo(Code.texts(saved(state), t -> !t.contains("mxcsr") && !t.contains("fnstcw")));
        assertThat(Code.texts(restored(state.withoutControlWords())))
                .isEqualTo(Code.texts(restored(state), t -> !t.contains("mxcsr") && !t.contains("fldcw")));
        assertThat(state.withoutControlWords().gobuf().size())
                .as("the layout stays")
                .isEqualTo(state.gobuf().size());
    }

    @Test
    void withoutAPinnedRegisterIsTheSameButForIt() {
        SwitchState state = SwitchState.of(Abi.SYSTEM_V).without(r14);
        assertThat(Code.texts(saved(state)))
                .isEqualTo(Code.texts(saved(SwitchState.of(Abi.SYSTEM_V)), t -> !t.contains("r14")));
        assertThat(Code.texts(restored(state.withoutControlWords())))
                .containsExactly(
                        "mov rbx, qword ptr [r10 + 0x38]",
                        "mov r12, qword ptr [r10 + 0x40]",
                        "mov r13, qword ptr [r10 + 0x48]",
                        "mov r15, qword ptr [r10 + 0x58]",
                        "mov rbp, qword ptr [r10 + 0x30]");
    }
}
