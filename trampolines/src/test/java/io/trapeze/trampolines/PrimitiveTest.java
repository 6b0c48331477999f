// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Instruction;
import io.trapeze.trampolines.abi.Abi;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Each primitive")
class PrimitiveTest {
    @Test
    @Tag("S1")
    void isOneOfFour() {
        assertThat(Primitive.values())
                .extracting(Primitive::symbol)
                .containsExactly("gogo", "mcall", "systemstack", "async_preempt");
        assertThat(Primitive.named("yield")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    @Tag("S1")
    void isGeneratedForEveryAbiUnderItsName(Primitive primitive) {
        for (Abi abi : Abi.builtIn()) {
            assertThat(primitive.emit(abi, SaveSet.SSE).symbols()).containsEntry(primitive.symbol(), 0);
        }
        assertThat(Primitive.named(primitive.symbol())).contains(primitive);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("S2")
    void asksNoThreadLocalForTheGoroutine(Primitive primitive) {
        assertThat(Code.texts(primitive.emit(Abi.SYSTEM_V, SaveSet.AVX512)))
                .noneMatch(t -> t.contains("fs:") || t.contains("gs:"));
        // what Win64 reads through gs is the stack bounds, and nothing else
        assertThat(Code.texts(primitive.emit(Abi.WIN64, SaveSet.AVX512), t -> t.contains("gs:") || t.contains("fs:")))
                .allMatch(t -> t.matches(".*gs:\\[0x(8|10|1478|1748)\\].*"));
    }

    @ParameterizedTest
    @EnumSource
    @Tag("S9")
    void isListedInIntelSyntaxWithReasons(Primitive primitive) {
        for (Abi abi : Abi.builtIn()) {
            var blob = primitive.emit(abi, SaveSet.SSE);
            assertThat(blob.listing())
                    .startsWith(primitive.symbol() + ":\n")
                    .doesNotContain("%")
                    .contains("; ");
            Instruction switchOfStacks = blob.instructions().stream()
                    .filter(i -> i.text().startsWith("mov rsp"))
                    .findFirst()
                    .orElseThrow();
            assertThat(switchOfStacks.reason()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    @Tag("D8")
    void saysOfEachInstructionWhatItIsFor(Primitive primitive) {
        for (Abi abi : Abi.builtIn()) {
            for (SaveSet saveSet : SaveSet.values()) {
                assertThat(primitive.emit(abi, saveSet).instructions())
                        .as("%s of %s", primitive.symbol(), abi.name())
                        .allSatisfy(i -> assertThat(i.reason()).as(i.text()).isNotEmpty());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void isTheSameEveryTime(Primitive primitive) {
        for (Abi abi : Abi.builtIn()) {
            assertThat(primitive.emit(abi, SaveSet.AVX).bytes())
                    .isEqualTo(primitive.emit(abi, SaveSet.AVX).bytes());
        }
    }
}
