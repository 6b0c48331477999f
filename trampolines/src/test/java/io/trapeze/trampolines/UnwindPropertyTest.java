// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.operand.Register;
import io.trapeze.formats.unwind.UnwindException;
import io.trapeze.formats.unwind.UnwindInfo;
import io.trapeze.formats.unwind.UnwindRow;
import io.trapeze.formats.unwind.UnwindRules;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;

/** Walks by the rules lead to the right caller from each instruction of each primitive, on a processor that knows no rules. */
@Label("From every instruction")
@Tag("S27")
class UnwindPropertyTest {
    @Provide
    Arbitrary<Abi> abis() {
        return Abis.any();
    }

    @Provide
    Arbitrary<Abi> builtIn() {
        return Arbitraries.of(Abi.builtIn());
    }

    @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
    @Label("of any ABI's primitives the rules lead to the caller")
    void rulesLeadToTheCaller(
            @ForAll("abis") Abi abi, @ForAll Primitive primitive, @ForAll SaveSet set, @ForAll long seed) {
        follow(abi, primitive, set, seed);
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    @Label("of the built-in ABIs' primitives the rules lead to the caller")
    void builtInRulesLeadToTheCaller(
            @ForAll("builtIn") Abi abi, @ForAll Primitive primitive, @ForAll SaveSet set, @ForAll long seed) {
        assertThat(follow(abi, primitive, set, seed)).isNotEmpty();
    }

    private static Set<Integer> follow(Abi abi, Primitive primitive, SaveSet set, long seed) {
        Set<Integer> seen = new HashSet<>();
        Optional<CodeBlob> blob = generated(primitive, abi, set);
        if (blob.isEmpty()) {
            return seen;
        }
        Map<Integer, UnwindRow> rows = new HashMap<>();
        UnwindRules.of(blob.get()).orElseThrow().rows().forEach(row -> rows.put(row.offset(), row));
        new WatchedPrimitive(abi, blob.get(), seed).run(primitive, (processor, here, before, expected) -> {
            seen.add(here.offset());
            check(here, Walk.by(rows.get(here.offset()), processor), expected);
            if (before != null && before.text().startsWith("call")) {
                check(before, Walk.by(rows.get(before.offset()), processor), expected);
            }
        });
        return seen;
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    @Label("of Win64's primitives Windows finds the caller")
    void windowsFindsTheCaller(@ForAll Primitive primitive, @ForAll SaveSet set, @ForAll long seed) {
        CodeBlob blob = primitive.emit(Abi.WIN64, set);
        UnwindInfo info = UnwindInfo.of(UnwindRules.of(blob).orElseThrow());
        walk(Abi.WIN64, primitive, blob, info, seed);
    }

    @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    @Label("of any ABI's primitives Windows finds the caller, or the codes are refused")
    void windowsFindsTheCallerOfAnyAbi(
            @ForAll("abis") Abi abi, @ForAll Primitive primitive, @ForAll SaveSet set, @ForAll long seed) {
        Optional<CodeBlob> blob = generated(primitive, abi, set);
        if (blob.isEmpty()) {
            return;
        }
        UnwindInfo info;
        try {
            info = UnwindInfo.of(UnwindRules.of(blob.get()).orElseThrow());
        } catch (UnwindException refused) {
            assertThat(refused).hasMessageContaining("Windows' codes cannot say");
            Statistics.collect("refused");
            return;
        }
        Statistics.collect("said");
        Statistics.coverage(c -> c.check("said").percentage(share -> share > 10));
        walk(abi, primitive, blob.get(), info, seed);
    }

    private static void walk(Abi abi, Primitive primitive, CodeBlob blob, UnwindInfo info, long seed) {
        new WatchedPrimitive(abi, blob, seed).run(primitive, (processor, here, before, expected) -> {
            Map<String, Object> said = new HashMap<>(expected);
            info.left().getOrDefault(here.offset(), List.of()).stream()
                    .map(Register::name)
                    .forEach(said::remove);
            check(here, WindowsWalk.from(blob, info, processor, here.offset()), said);
        });
    }

    private static void check(Instruction here, Walk found, Map<String, Object> expected) {
        assertThat(WindowsWalk.differences(found.registers(), expected))
                .as("%s", here)
                .isEmpty();
    }

    private static Optional<CodeBlob> generated(Primitive primitive, Abi abi, SaveSet set) {
        try {
            return Optional.of(primitive.emit(abi, set));
        } catch (AbiException refused) {
            return Optional.empty();
        }
    }
}
