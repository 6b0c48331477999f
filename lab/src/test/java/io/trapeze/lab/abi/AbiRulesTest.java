// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.abi;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.operand.Segment;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ControlWords;
import io.trapeze.trampolines.abi.StackRules;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@DisplayName("The rules of a description")
class AbiRulesTest {
    /** Another value than System V's for each component of each record that a description consists of. */
    private static final Map<String, Object> OTHERS = new LinkedHashMap<>();

    static {
        OTHERS.put("Abi.integerArguments", List.of(rdi, rdx, rsi));
        OTHERS.put("Abi.result", rdx);
        OTHERS.put("Abi.preservedGeneral", List.of(rbx, r12, r13, r15, r14));
        OTHERS.put("Abi.preservesRbp", false);
        OTHERS.put("Abi.preservedVectors", List.of(xmm6));
        OTHERS.put(
                "Abi.threadBlock",
                Optional.of(new ThreadBlock(Segment.FS, List.of(new ThreadBlock.Field("StackBase", 8)))));
        OTHERS.put("ControlWords.mxcsr", false);
        OTHERS.put("ControlWords.x87", false);
        OTHERS.put("StackRules.alignment", 64);
        OTHERS.put("StackRules.shadow", 8);
        OTHERS.put("StackRules.redZone", 0);
        OTHERS.put("StackRules.interruptSkip", 256);
    }

    /** So that whoever adds a component is told to add its rule. */
    @TestFactory
    Stream<DynamicTest> tellOfEachComponentOfTheRecord() {
        AbiRules sysv = AbiRules.of(Abi.SYSTEM_V);
        return Stream.of(Abi.SYSTEM_V, Abi.SYSTEM_V.stack(), Abi.SYSTEM_V.controlWords())
                .flatMap(record -> Arrays.stream(record.getClass().getRecordComponents()))
                .filter(c -> !List.of(String.class, StackRules.class, ControlWords.class)
                        .contains(c.getType()))
                .map(AbiRulesTest::name)
                .filter(name -> !name.equals("StackRules.machineFrames")) // needs room: see below
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    assertThat(OTHERS)
                            .as("other values: add one for %s, and its rule to AbiRules", name)
                            .containsKey(name);
                    assertThat(sysv.differences(AbiRules.of(with(name, OTHERS.get(name)))))
                            .as("differences when only %s differs", name)
                            .isNotEmpty();
                }));
    }

    private static String name(RecordComponent component) {
        return component.getDeclaringRecord().getSimpleName() + "." + component.getName();
    }

    private static Abi with(String name, Object value) {
        String component = name.substring(name.indexOf('.') + 1);
        return switch (name.substring(0, name.indexOf('.'))) {
            case "StackRules" ->
                Substitution.with(Abi.SYSTEM_V, "stack", Substitution.with(Abi.SYSTEM_V.stack(), component, value));
            case "ControlWords" ->
                Substitution.with(
                        Abi.SYSTEM_V, "controlWords", Substitution.with(Abi.SYSTEM_V.controlWords(), component, value));
            default -> Substitution.with(Abi.SYSTEM_V, component, value);
        };
    }

    @Test
    void tellOfMachineFrames() {
        Abi other = Substitution.with(Abi.SYSTEM_V, "stack", new StackRules(16, 0, 128, 152, true));
        assertThat(AbiRules.of(Abi.SYSTEM_V).differences(AbiRules.of(other)))
                .containsExactly(
                        new RuleDifference("stack.interrupt_skip", "", "128", "152"),
                        new RuleDifference("stack.machine_frames", "", "false", "true"));
    }

    @Test
    void namePlacesAndValues() {
        AbiRules win64 = AbiRules.of(Abi.WIN64);
        assertThat(win64.text("arguments.integer[1]")).isEqualTo("arguments.integer[1] = rdx");
        assertThat(win64.text("arguments.integer")).isEqualTo("arguments.integer = rcx, rdx, r8, r9");
        assertThat(win64.text("preserved.vectors: xmm6")).isEqualTo("preserved.vectors: xmm6");
        assertThat(win64.text("stack.shadow")).isEqualTo("stack.shadow = 32");
        assertThat(win64.text("pinned.g")).as("a rule of somebody else's").isEqualTo("pinned.g");
        assertThat(win64.text("")).isEmpty();
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
        Abi other = Substitution.with(Abi.SYSTEM_V, "preservedGeneral", List.of(r15, r14, r13, r12, rbx));
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
                    String rule = instruction.rule();
                    assertThat(rule.isEmpty()
                                    || rules.rule(rule).isPresent()
                                    || !rules.elements(rule).isEmpty())
                            .as("%s of %s serves '%s'", instruction, abi.name(), rule)
                            .isTrue();
                }
            }
        }
    }
}
