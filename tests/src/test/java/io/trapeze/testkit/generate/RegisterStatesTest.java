// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.generate;

import static io.trapeze.emitter.operand.Registers.r12;
import static io.trapeze.emitter.operand.Registers.r9;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.testkit.state.Part;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.SaveSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Register states")
class RegisterStatesTest {
    private final RegisterStates states = new RegisterStates();

    @Test
    void areTheSameForTheSameNumbers() {
        for (int seed = 0; seed < 50; seed++) {
            RegisterState state = states.draw(new SplittableRandom(seed)).value();
            assertThat(states.draw(new SplittableRandom(seed)).value()).isEqualTo(state);
            assertThat(states.draw(new SplittableRandom(seed + 1)).value()).isNotEqualTo(state);
        }
    }

    @Test
    void giveEveryRegisterValuesOfItsOwn() {
        Random random = new Random(1);
        List<RegisterState> drawn = IntStream.range(0, 200)
                .mapToObj(i -> states.draw(random).value())
                .toList();
        for (Part part : Part.all(SaveSet.AVX512_X87)) {
            Set<String> values = new HashSet<>();
            drawn.forEach(state -> values.add(state.get(part)));
            assertThat(values.size())
                    .as("different values of %s in 200 states", part.name())
                    .isGreaterThan(part.name().equals("rsp") ? 0 : part.bytes() < 8 || part.mask() != -1 ? 30 : 100);
        }
    }

    @Test
    void neverStopCodeThatMayRun() {
        Random random = new Random(2);
        for (int i = 0; i < 500; i++) {
            RegisterState state = states.draw(random).value();
            assertThat(state.flags() & (RegisterState.DIRECTION | RegisterState.ALIGNMENT_CHECK))
                    .isZero();
            assertThat(state.mxcsr() >>> 16).as("reserved bits of MXCSR").isZero();
            assertThat(state.x87() & 0x40).as("bit 6 of the x87 control word").isNotZero();
        }
    }

    @Test
    void haveEachRoundingModeAmongTheirEdges() {
        List<RegisterState> edges = states.edges().stream().map(Drawn::value).toList();
        assertThat(edges).extracting(state -> state.mxcsr() >> 13 & 3).contains(0, 1, 2, 3);
        assertThat(edges).extracting(state -> state.x87() >> 10 & 3).contains(0, 1, 2, 3);
        assertThat(edges).contains(RegisterState.quiet());
        assertThat(edges).extracting(RegisterState::flags).contains(0L, 0x8D5L, RegisterState.DIRECTION);
        assertThat(edges).extracting(state -> state.get(r12)).contains(0L, -1L, 0x7FF0_0000_7F80_0001L);
    }

    @Test
    void markRegistersAndTheirElements() {
        RegisterState marked = RegisterState.quiet();
        Part.all(SaveSet.AVX512_X87).stream()
                .filter(part -> List.of("r9", "zmm12", "k3", "st6").contains(part.name()))
                .forEach(part -> Pattern.MARKER.fill(marked, part, 0x5A));
        assertThat(Long.toHexString(marked.get(r9))).isEqualTo("a09e015aa09e005a");
        assertThat(marked.toString())
                .startsWith("all quiet but")
                .contains(" k3=b03e015ab03e005a")
                .contains(" zmm12=c12e155ac12e145a")
                .contains(" st6=025ad06e015ad06e005a");
    }

    @Test
    void becomeSimplerUntilOnlyWhatMattersIsLeft() {
        Drawn<RegisterState> drawn = states.draw(new Random(3));
        RegisterState one = drawn.simplest(state -> state.get(r12) != 0).value();
        assertThat(one).hasToString("all quiet but r12=0000000000000001");
        assertThat(drawn.simplest(state -> true).value()).isEqualTo(RegisterState.quiet());
    }

    @Test
    void areSmallerThanWhatTheySimplify() {
        for (int seed = 0; seed < 5; seed++) {
            Drawn<RegisterState> drawn = states.draw(new Random(seed));
            assertThat(drawn.simpler().limit(50)).allMatch(simpler -> simpler.size() < drawn.size());
        }
        assertThat(new RegisterStates().edges().get(1).simpler()).isEmpty();
    }
}
