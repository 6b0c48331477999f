// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.abi;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapeze.lab.abi.Substitution.Part;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SubstitutionTest {
    @Test
    void eachHasOnePartOfTheOther() {
        AbiRules sysv = AbiRules.of(Abi.SYSTEM_V);
        List<Part> parts = Substitution.each(Abi.SYSTEM_V, Abi.WIN64);
        assertThat(parts).hasSizeGreaterThan(6);
        assertThat(parts.stream().flatMap(part -> part.whole().stream()))
                .hasSizeGreaterThan(4)
                .allSatisfy(abi -> {
                    List<RuleDifference> differences = sysv.differences(AbiRules.of(abi));
                    assertThat(abi.name().equals("win64") || !differences.isEmpty())
                            .isTrue();
                    assertThat(differences.stream()
                                    .map(d -> d.path().replaceAll("\\..*", ""))
                                    .distinct())
                            .as("parts that differ")
                            .hasSizeLessThanOrEqualTo(1);
                });
    }

    @Test
    void anElementIsOneDifference() {
        AbiRules sysv = AbiRules.of(Abi.SYSTEM_V);
        List<List<RuleDifference>> differences = Substitution.each(Abi.SYSTEM_V, Abi.WIN64).stream()
                .flatMap(part -> part.elements().stream())
                .map(abi -> sysv.differences(AbiRules.of(abi)))
                .filter(all -> all.get(0).list().startsWith("preserved"))
                .toList();
        assertThat(differences)
                .as("one for each of xmm8 to xmm15, which carry no arguments")
                .hasSize(8)
                .allMatch(all -> all.size() == 1);
    }

    @Test
    void whatContradictsItselfIsLeftOut() {
        assertThat(Substitution.each(Abi.SYSTEM_V, Abi.WIN64).stream()
                        .flatMap(part -> Stream.concat(part.whole().stream(), part.elements().stream())))
                .as("with rdi both preserved and an argument")
                .noneMatch(abi -> abi.preserves(rdi) && abi.integerArguments().contains(rdi));
        assertThatThrownBy(() -> Substitution.with(
                        Abi.SYSTEM_V, "preserved", Abi.SYSTEM_V.preserved().withGeneral(rdi)))
                .isInstanceOf(AbiException.class)
                .hasMessageContaining("rdi");
    }

    @Test
    void severalPartsGoTogether() {
        Abi abi = Substitution.with(
                Abi.SYSTEM_V,
                Map.of(
                        "arguments", Abi.SYSTEM_V.arguments().withInteger(rbx),
                        "preserved", Abi.SYSTEM_V.preserved().withGeneral(rdi)));
        assertThat(abi.integerArguments()).containsExactly(rbx);
        assertThat(abi.preserves(rdi)).isTrue();
    }
}
