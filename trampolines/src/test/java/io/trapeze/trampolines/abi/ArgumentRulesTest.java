// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi;

import static io.trapeze.emitter.operand.Registers.*;
import static io.trapeze.trampolines.abi.ArgumentRules.Kind.INTEGER;
import static io.trapeze.trampolines.abi.ArgumentRules.Kind.VECTOR;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Xmm;
import io.trapeze.trampolines.abi.ArgumentRules.Place;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Arguments")
class ArgumentRulesTest {
    private static Place in(Object register) {
        return register instanceof Xmm vector ? new Place.Vector(vector) : new Place.General((IndexReg) register);
    }

    private static Place word(int number) {
        return new Place.Stack(number);
    }

    @Test
    void ofSystemVCountEachClassForItself() {
        assertThat(Abi.SYSTEM_V.arguments().places(INTEGER, VECTOR, INTEGER, VECTOR))
                .containsExactly(in(rdi), in(xmm0), in(rsi), in(xmm1));
        assertThat(Abi.SYSTEM_V.arguments().integerPlaces(8))
                .containsExactly(in(rdi), in(rsi), in(rdx), in(rcx), in(r8), in(r9), word(0), word(1));
    }

    @Test
    void ofWin64CountByPositionOnTheStackToo() {
        assertThat(Abi.WIN64.arguments().places(INTEGER, VECTOR, INTEGER, VECTOR, VECTOR, INTEGER))
                .containsExactly(in(rcx), in(xmm1), in(r8), in(xmm3), word(0), word(1));
    }

    @Test
    void ofVectorcallHaveSixRegistersForVectorsAndFourForIntegers() {
        assertThat(BuiltInAbis.VECTORCALL
                        .arguments()
                        .places(VECTOR, INTEGER, INTEGER, INTEGER, INTEGER, VECTOR, VECTOR))
                .containsExactly(in(xmm0), in(rdx), in(r8), in(r9), word(0), in(xmm5), word(2));
    }

    @Test
    void withoutRegistersAreAllOnTheStack() {
        assertThat(BuiltInAbis.STACK_ARGUMENTS.arguments().places(INTEGER, VECTOR, INTEGER))
                .isEqualTo(List.of(word(0), word(1), word(2)));
    }
}
