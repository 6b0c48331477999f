// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.abi;

import static io.trapeze.emitter.operand.Registers.*;
import static io.trapeze.trampolines.abi.AbiField.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Instruction;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiField;
import io.trapeze.trampolines.abi.CallState;
import io.trapeze.trampolines.abi.ControlWords;
import io.trapeze.trampolines.abi.GrowthCheck;
import io.trapeze.trampolines.abi.PinnedRegisters;
import io.trapeze.trampolines.abi.PreservedVector;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The rules of a description")
class AbiRulesTest {
    /** Descriptions that differ from System V's in one field each. */
    private static final Map<AbiField, Abi> OTHERS = new EnumMap<>(AbiField.class);

    static {
        Abi sysv = Abi.SYSTEM_V;
        OTHERS.put(ARGUMENTS_INTEGER, sysv.passing(rdi, rdx, rsi));
        OTHERS.put(ARGUMENTS_VECTORS, sysv.with(sysv.arguments().withVectors(xmm1)));
        OTHERS.put(ARGUMENTS_POSITIONAL, sysv.with(sysv.arguments().withPositional(true)));
        OTHERS.put(RESULTS_INTEGER, sysv.returning(rax));
        OTHERS.put(RESULTS_VECTORS, sysv.with(sysv.results().withVectors(xmm1)));
        OTHERS.put(PRESERVED_GENERAL, sysv.preserving(rbx, r12, r13, r15, r14));
        OTHERS.put(PRESERVED_RBP, sysv.with(sysv.preserved().withRbp(false)));
        OTHERS.put(PRESERVED_VECTORS, sysv.with(sysv.preserved().withVectors(ymm8)));
        OTHERS.put(PRESERVED_MASKS, sysv.with(sysv.preserved().withMasks(k3)));
        OTHERS.put(PRESERVED_OVERLAP, sysv.with(sysv.preserved().withOverlap(true)));
        OTHERS.put(CONTROL_MXCSR, sysv.with(new ControlWords(false, true)));
        OTHERS.put(CONTROL_X87, sysv.with(new ControlWords(true, false)));
        OTHERS.put(
                CALLS_DIRECTION_FLAG, sysv.with(sysv.calls().withDirectionFlag(CallState.DirectionFlag.UNSPECIFIED)));
        OTHERS.put(CALLS_ZERO, sysv.with(sysv.calls().withZero(xmm15)));
        OTHERS.put(STACK_ALIGNMENT, sysv.with(sysv.stack().withAlignment(64)));
        OTHERS.put(STACK_SHADOW, sysv.with(sysv.stack().withShadow(8)));
        OTHERS.put(STACK_SPILL, sysv.with(sysv.stack().withSpill(true)));
        OTHERS.put(STACK_RED_ZONE, sysv.with(sysv.stack().withRedZone(0, 128)));
        OTHERS.put(STACK_INTERRUPT_SKIP, sysv.with(sysv.stack().withRedZone(128, 256)));
        OTHERS.put(GROWTH_PROBE, sysv.with(new GrowthCheck.Probe(4096)));
        OTHERS.put(PINNED_G, sysv.with(PinnedRegisters.NONE.withG(r11)));
        OTHERS.put(PINNED_M, sysv.with(PinnedRegisters.NONE.withM(r11)));
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NAME", "STACK_MACHINE_FRAMES", "GROWTH_GUARD", "THREAD_SEGMENT", "THREAD_STACK_BOUNDS"})
    void differWhereOneFieldDoes(AbiField field) {
        assertThat(OTHERS).as("other values: add one").containsKey(field);
        assertThat(AbiRules.of(Abi.SYSTEM_V).differences(AbiRules.of(OTHERS.get(field))))
                .isNotEmpty()
                .allSatisfy(difference -> assertThat(difference.path()).startsWith(field.path()));
    }

    /** So that whoever adds a field is told to add its rule; a name is none. No built-in convention has preserved masks. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NAME")
    void tellOfEachField(AbiField field) {
        Stream<Abi> abis = Stream.concat(Abi.builtIn().stream(), Stream.of(OTHERS.get(PRESERVED_MASKS)));
        assertThat(abis.flatMap(abi -> AbiRules.of(abi).all().stream()))
                .as("rules: add that of %s to AbiRules", field)
                .anyMatch(
                        rule -> rule.path().equals(field.path()) || rule.list().equals(field.path()))
                .allSatisfy(rule -> assertThat(AbiField.at(rule.list().isEmpty() ? rule.path() : rule.list()))
                        .as(rule.path())
                        .isPresent());
    }

    @Test
    void tellOfMachineFrames() {
        Abi other = Abi.SYSTEM_V.with(Abi.SYSTEM_V.stack().withRedZone(128, 152).withMachineFrames(true));
        assertThat(AbiRules.of(Abi.SYSTEM_V).differences(AbiRules.of(other)))
                .containsExactly(
                        new RuleDifference("stack.interrupt_skip", "", "128", "152"),
                        new RuleDifference("stack.machine_frames", "", "false", "true"));
    }

    @Test
    void tellTwoWidthsOfAVectorApart() {
        Abi wide = OTHERS.get(PRESERVED_VECTORS);
        Abi half = Abi.SYSTEM_V.with(Abi.SYSTEM_V.preserved().withVectors(List.of(new PreservedVector(8, 64))));
        assertThat(AbiRules.of(wide).differences(AbiRules.of(half)))
                .containsExactly(new RuleDifference(
                        "preserved.vectors: xmm8", "preserved.vectors", "preserved as ymm8", "preserved as xmm8/64"));
        assertThat(AbiRules.of(wide).text("preserved.vectors: ymm8"))
                .isEqualTo("preserved.vectors: xmm8 = preserved as ymm8");
    }

    @Test
    void namePlacesAndValues() {
        AbiRules win64 = AbiRules.of(Abi.WIN64);
        assertThat(win64.text("arguments.integer[1]")).isEqualTo("arguments.integer[1] = rdx");
        assertThat(win64.text("arguments.integer")).isEqualTo("arguments.integer = rcx, rdx, r8, r9");
        assertThat(win64.text("preserved.vectors: xmm6")).isEqualTo("preserved.vectors: xmm6");
        assertThat(win64.text("stack.shadow")).isEqualTo("stack.shadow = 32");
        assertThat(win64.text("source.line")).as("a rule of somebody else's").isEqualTo("source.line");
        assertThat(win64.text("")).isEmpty();
    }

    @Test
    void areFoundByWhatInstructionsSay() {
        AbiRules win64 = AbiRules.of(Abi.WIN64);
        assertThat(win64.path("stack.shadow = 32")).isEqualTo("stack.shadow");
        assertThat(win64.path("arguments.integer: rdx")).isEqualTo("arguments.integer[1]");
        assertThat(win64.path("arguments.integer = [rcx, rdx, r8, r9]")).isEqualTo("arguments.integer");
        assertThat(win64.path("preserved.general: rbx")).isEqualTo("preserved.general: rbx");
    }

    @Test
    void differWithBothValues() {
        assertThat(AbiRules.of(Abi.SYSTEM_V).differences(AbiRules.of(Abi.WIN64)))
                .contains(
                        new RuleDifference("arguments.integer[0]", "arguments.integer", "rdi", "rcx"),
                        new RuleDifference("arguments.integer[4]", "arguments.integer", "r8", "on the stack"),
                        new RuleDifference("preserved.general: rdi", "preserved.general", "volatile", "preserved"),
                        new RuleDifference("stack.shadow", "", "0", "32"),
                        new RuleDifference("thread.stack_bounds: StackBase", "thread.stack_bounds", "none", "gs:[0x8]"))
                .doesNotHaveDuplicates();
        assertThat(AbiRules.of(Abi.WIN64).differences(AbiRules.of(Abi.WIN64))).isEmpty();
    }

    @Test
    void differInTheOrderOfAList() {
        Abi other = Abi.SYSTEM_V.preserving(r15, r14, r13, r12, rbx);
        assertThat(AbiRules.of(Abi.SYSTEM_V).differences(AbiRules.of(other)))
                .containsExactly(new RuleDifference(
                        "preserved.general",
                        "preserved.general",
                        "rbx, r12, r13, r14, r15",
                        "r15, r14, r13, r12, rbx"));
    }

    @Test
    void areThoseThatTheCodeSaysItServes() {
        for (Abi abi : Abi.builtIn()) {
            AbiRules rules = AbiRules.of(abi);
            for (Primitive primitive : Primitive.values()) {
                for (Instruction instruction : primitive.emit(abi, SaveSet.SSE).instructions()) {
                    String rule = rules.path(instruction.rule());
                    assertThat(rule.isEmpty()
                                    || AbiField.at(rule).isPresent()
                                    || rules.rule(rule).isPresent()
                                    || !rules.elements(rule).isEmpty())
                            .as("%s of %s serves '%s'", instruction, abi.name(), rule)
                            .isTrue();
                }
            }
        }
    }
}
