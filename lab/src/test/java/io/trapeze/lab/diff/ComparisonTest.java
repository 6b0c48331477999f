// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.diff;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.lab.abi.AbiRules;
import io.trapeze.lab.abi.AnyAbi;
import io.trapeze.lab.abi.RuleDifference;
import io.trapeze.lab.abi.Substitution;
import io.trapeze.lab.diff.Comparison.Kind;
import io.trapeze.lab.diff.Comparison.Row;
import io.trapeze.lab.diff.Comparison.Side;
import io.trapeze.lab.explain.Walk;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A comparison of two conventions")
class ComparisonTest {
    private static Comparison compare(Primitive primitive, Abi left, Abi right) {
        return Comparison.of(primitive, left, right, SaveSet.SSE);
    }

    private static Optional<Comparison> possible(Primitive primitive, Abi left, Abi right) {
        try {
            return Optional.of(compare(primitive, left, right));
        } catch (AbiException tooFewRegisters) {
            return Optional.empty();
        }
    }

    private static List<String> causes(Comparison comparison, String leftOrRightText) {
        return comparison.rows().stream()
                .filter(row -> Stream.of(row.left(), row.right())
                        .flatMap(Optional::stream)
                        .anyMatch(side -> side.text().equals(leftOrRightText)))
                .flatMap(row -> row.causes().stream())
                .map(cause -> cause.path() + ": " + cause.left() + " -> " + cause.right())
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void hasEveryInstructionOfBothOnceAndInOrder(Primitive primitive) {
        Comparison comparison = compare(primitive, Abi.SYSTEM_V, Abi.WIN64);
        assertThat(comparison.rows().stream()
                        .flatMap(row -> row.left().stream())
                        .map(Side::text))
                .isEqualTo(texts(primitive.emit(Abi.SYSTEM_V, SaveSet.SSE)));
        assertThat(comparison.rows().stream()
                        .flatMap(row -> row.right().stream())
                        .map(Side::text))
                .isEqualTo(texts(primitive.emit(Abi.WIN64, SaveSet.SSE)));
        assertThat(comparison.rows()).allSatisfy(row -> {
            boolean same = row.left().map(Side::text).equals(row.right().map(Side::text));
            assertThat(row.kind() == Kind.SAME).as(row.toString()).isEqualTo(same);
        });
    }

    private static List<String> texts(CodeBlob blob) {
        return blob.instructions().stream().map(Instruction::text).toList();
    }

    @ParameterizedTest
    @EnumSource
    void namesACauseForEveryDifferenceAndNoneElsewhere(Primitive primitive) {
        assertEveryDifferenceHasACause(compare(primitive, Abi.SYSTEM_V, Abi.WIN64), Abi.SYSTEM_V, Abi.WIN64);
        assertEveryDifferenceHasACause(compare(primitive, Abi.WIN64, Abi.SYSTEM_V), Abi.WIN64, Abi.SYSTEM_V);
    }

    private static void assertEveryDifferenceHasACause(Comparison comparison, Abi left, Abi right) {
        List<RuleDifference> differences = AbiRules.of(left).differences(AbiRules.of(right));
        assertThat(comparison.rows()).allSatisfy(row -> {
            assertThat(row.causes().isEmpty())
                    .as("whether %s has no cause; %s against %s", row, left, right)
                    .isEqualTo(row.kind() == Kind.SAME);
            assertThat(differences).containsAll(row.causes());
        });
    }

    @Test
    void explainsEveryPairOfBuiltInConventions() {
        for (Abi left : Abi.builtIn()) {
            for (Abi right : Abi.builtIn()) {
                assertEveryDifferenceHasACause(compare(Primitive.MCALL, left, right), left, right);
                assertEveryDifferenceHasACause(compare(Primitive.GOGO, left, right), left, right);
            }
        }
    }

    @Test
    void namesTheVeryFieldOfTheDescription() {
        Comparison mcall = compare(Primitive.MCALL, Abi.SYSTEM_V, Abi.WIN64);
        assertThat(causes(mcall, "mov qword ptr [rsi + 0x10], rdi"))
                .containsExactly("arguments.integer[0]: rdi -> rcx", "arguments.integer[1]: rsi -> rdx");
        assertThat(causes(mcall, "movdqu xmmword ptr [rdx + 0x70], xmm6"))
                .containsExactly("preserved.vectors: xmm6: volatile -> preserved");
        assertThat(causes(mcall, "sub rsp, 0x20")).containsExactly("stack.shadow: 0 -> 32");
        assertThat(causes(mcall, "mov qword ptr [rsi + 0x40], r12"))
                .containsExactly(
                        "arguments.integer[1]: rsi -> rdx",
                        "preserved.general: rdi: volatile -> preserved",
                        "preserved.general: rsi: volatile -> preserved");
        Comparison systemstack = compare(Primitive.SYSTEMSTACK, Abi.SYSTEM_V, Abi.WIN64);
        assertThat(causes(systemstack, "mov rdi, rsi"))
                .containsExactly("arguments.integer[0]: rdi -> rcx", "arguments.integer[1]: rsi -> rdx");
        assertThat(causes(systemstack, "mov qword ptr [rsp + 0x28], rbp")).containsExactly("stack.shadow: 0 -> 32");
    }

    @Test
    void ofAConventionWithItselfHasNoDifference() {
        for (Primitive primitive : Primitive.values()) {
            assertThat(compare(primitive, Abi.WIN64, Abi.WIN64).isSame()).isTrue();
        }
    }

    /** One part of a description at a time. */
    @ParameterizedTest
    @EnumSource
    void explainsWhatEachPartOfADescriptionChanges(Primitive primitive) {
        int differing = 0;
        for (int seed = 0; seed < 12; seed++) {
            Abi left = seed == 0 ? Abi.SYSTEM_V : AnyAbi.of("left", seed);
            Abi other = seed == 0 ? Abi.WIN64 : AnyAbi.of("right", -seed);
            for (Abi right : parts(left, other)) {
                Optional<Comparison> comparison = possible(primitive, left, right);
                comparison.ifPresent(c -> assertEveryDifferenceHasACause(c, left, right));
                differing += comparison.filter(c -> !c.isSame()).isPresent() ? 1 : 0;
            }
        }
        assertThat(differing).as("comparisons with differences").isGreaterThan(10);
    }

    /** Two parts differ. Whichever is blamed, the line must change when that part alone is put in, or taken back. */
    @ParameterizedTest
    @EnumSource
    void blamesNoPartThatMakesNoDifference(Primitive primitive) {
        int checked = 0;
        for (int seed = 0; seed < 6; seed++) {
            Abi left = seed == 0 ? Abi.SYSTEM_V : AnyAbi.of("left", 20 + seed);
            Abi other = seed == 0 ? Abi.WIN64 : AnyAbi.of("right", 40 + seed);
            List<Abi> firstParts = parts(left, other);
            for (int i = 0; i < firstParts.size(); i++) {
                Abi middle = firstParts.get(i);
                List<Abi> lastParts = parts(middle, other);
                for (int j = i % 2; j < lastParts.size(); j += 2) {
                    checked += blamed(primitive, left, middle, lastParts.get(j));
                }
            }
        }
        assertThat(checked).as("lines that the last part is blamed for").isGreaterThan(10);
    }

    private static List<Abi> parts(Abi abi, Abi other) {
        return Substitution.each(abi, other).stream()
                .flatMap(part -> part.most().stream())
                .toList();
    }

    private static int blamed(Primitive primitive, Abi left, Abi middle, Abi right) {
        List<RuleDifference> lastPart = AbiRules.of(middle).differences(AbiRules.of(right));
        Optional<List<Line>> whole = lines(primitive, right);
        Optional<List<Line>> withoutIt = lines(primitive, middle);
        Optional<List<Line>> withItAlone = parts(left, right).stream()
                .filter(abi -> AbiRules.of(left).differences(AbiRules.of(abi)).equals(lastPart))
                .findFirst()
                .flatMap(abi -> lines(primitive, abi));
        Optional<Comparison> comparison = possible(primitive, left, right);
        if (comparison.isEmpty() || withoutIt.isEmpty()) {
            return 0;
        }
        List<Alignment.Pair> changes = new ArrayList<>(Alignment.of(withoutIt.get(), whole.orElseThrow()));
        withItAlone.ifPresent(
                lines -> changes.addAll(Alignment.of(lines(primitive, left).orElseThrow(), lines)));
        int checked = 0;
        for (Row row : comparison.get().rows()) {
            if (row.causes().stream().anyMatch(lastPart::contains)) {
                boolean another = changes.stream()
                        .filter(pair -> !pair.isSame()
                                || !pair.left()
                                        .get()
                                        .key()
                                        .equals(pair.right().get().key()))
                        .anyMatch(pair -> isAbout(pair.left(), row) || isAbout(pair.right(), row));
                assertThat(another)
                        .as("whether the last part matters for %s; %s against %s", row, left, right)
                        .isTrue();
                checked++;
            }
        }
        return checked;
    }

    private static Optional<List<Line>> lines(Primitive primitive, Abi abi) {
        try {
            return Optional.of(Line.of(Walk.through(primitive, abi, SaveSet.SSE)));
        } catch (AbiException tooFewRegisters) {
            return Optional.empty();
        }
    }

    /** Whether a line is that of a row, or the same one of another convention. */
    private static boolean isAbout(Optional<Line> line, Row row) {
        return line.isPresent()
                && Stream.of(row.left(), row.right())
                        .flatMap(Optional::stream)
                        .anyMatch(side -> side.text().equals(line.get().text())
                                || !side.reason().isEmpty()
                                        && side.reason().equals(line.get().reason())
                                        && side.rule().equals(line.get().rule()));
    }

    @Test
    void findsTheCauseOfNumbersOnTheStack() {
        Abi aligned = Abi.SYSTEM_V.with(Abi.SYSTEM_V.stack().withAlignment(64));
        Comparison systemstack = compare(Primitive.SYSTEMSTACK, Abi.SYSTEM_V, aligned);
        assertThat(causes(systemstack, "sub rsp, 0x40")).containsExactly("stack.alignment: 16 -> 64");
        assertThat(causes(systemstack, "mov qword ptr [rsp + 0x38], rbp")).containsExactly("stack.alignment: 16 -> 64");
        Abi skipping = Abi.SYSTEM_V.with(Abi.SYSTEM_V.stack().withRedZone(128, 256));
        assertThat(causes(compare(Primitive.ASYNC_PREEMPT, Abi.SYSTEM_V, skipping), "ret 0x100"))
                .containsExactly("stack.interrupt_skip: 128 -> 256");
    }

    @Test
    void findsTheCauseOfAnotherScratchRegister() {
        Abi other = Abi.SYSTEM_V.passing(rdi, rsi, rdx, rax);
        assertThat(causes(compare(Primitive.MCALL, Abi.SYSTEM_V, other), "mov rcx, qword ptr [rsp]"))
                .containsExactly("arguments.integer[3]: rcx -> rax");
    }

    @Test
    void findsTheCauseOfSlotsInAnotherOrder() {
        Abi other = Abi.SYSTEM_V.preserving(rbx, r13, r12, r14, r15);
        assertThat(causes(compare(Primitive.GOGO, Abi.SYSTEM_V, other), "mov r12, qword ptr [rdi + 0x48]"))
                .containsExactly("preserved.general: rbx, r12, r13, r14, r15 -> rbx, r13, r12, r14, r15");
    }

    @Test
    void hasShortTextsThatAnAssemblerTurnsIntoTheSameBytes() {
        for (Primitive primitive : Primitive.values()) {
            CodeBlob blob = primitive.emit(Abi.WIN64, SaveSet.AVX512);
            for (Instruction instruction : blob.instructions()) {
                String text = CompactText.of(instruction);
                if (instruction.target().isEmpty()) {
                    assertThat(Assembler.parse(text).bytes()).as(text).isEqualTo(instruction.bytes());
                }
            }
            assertThat(blob.instructions().stream().map(CompactText::of))
                    .noneMatch(text -> text.contains("zmmword ptr"));
        }
    }

    @Test
    void keepsASizeThatTheTextNeeds() {
        Instruction store =
                Assembler.parse("mov dword ptr [rdi], 1").instructions().get(0);
        assertThat(CompactText.of(store)).isEqualTo("mov dword ptr [rdi], 0x1");
        Instruction load =
                Assembler.parse("mov rax, qword ptr [rdi]").instructions().get(0);
        assertThat(CompactText.of(load)).isEqualTo("mov rax, [rdi]");
    }

    /** Two conventions that have nothing in common. */
    @ParameterizedTest
    @EnumSource
    void explainsConventionsThatDifferInEverything(Primitive primitive) {
        int compared = 0;
        for (int seed = 50; seed < 100; seed++) {
            Abi left = AnyAbi.of("left", seed);
            Abi right = AnyAbi.of("right", seed + 1000);
            Optional<Comparison> comparison = possible(primitive, left, right);
            if (comparison.isPresent()) {
                List<Row> open = comparison.get().rows().stream()
                        .filter(row -> row.kind() != Kind.SAME && row.causes().isEmpty())
                        .toList();
                assertThat(open).as("unexplained: %s against %s", left, right).isEmpty();
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(10);
    }
}
