// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ControlWords;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Calling conventions at random")
class AbisTest {
    private final Abis abis = new Abis(SaveSet.AVX512);

    @Test
    void areTheSameForTheSameNumbers() {
        assertThat(abis.draw(new Random(5)).value())
                .isEqualTo(abis.draw(new Random(5)).value());
        assertThat(abis.draw(new Random(6)).value())
                .isNotEqualTo(abis.draw(new Random(5)).value());
    }

    @Test
    void becomeSimplerWithoutContradictingThemselves() {
        for (int seed = 0; seed < 100; seed++) {
            Drawn<Abi> drawn = abis.draw(new Random(seed));
            List<Drawn<Abi>> simpler = drawn.simpler().toList();
            assertThat(simpler).allMatch(abi -> abi.size() < drawn.size());
            simpler.forEach(Drawn::value); // refused if it were a contradiction
        }
    }

    @Test
    void becomeAsPlainAsWhatIsLookedForAllows() {
        Abi plain = abis.draw(new Random(7))
                .simplest(abi -> abi.preservedGeneral().size() > 1)
                .value();
        assertThat(plain.preservedGeneral()).hasSize(2);
        assertThat(plain.preservedVectors()).isEmpty();
        assertThat(plain.integerArguments()).isEmpty();
        assertThat(plain.threadFields()).isEmpty();
        assertThat(plain.controlWords()).isEqualTo(ControlWords.VOLATILE);
    }

    @Test
    void haveTheBuiltInOnesForEdges() {
        assertThat(abis.edges()).extracting(Drawn::value).containsExactlyElementsOf(Abi.builtIn());
        assertThat(new Abis(SaveSet.SSE).edges()).hasSizeLessThan(Abi.builtIn().size());
    }
}
