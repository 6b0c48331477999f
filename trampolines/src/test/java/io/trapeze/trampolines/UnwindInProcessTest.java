// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.operand.Register;
import io.trapeze.formats.unwind.Formula;
import io.trapeze.formats.unwind.Rule;
import io.trapeze.formats.unwind.UnwindRow;
import io.trapeze.formats.unwind.UnwindRules;
import io.trapeze.trampolines.UnwoundProcess.Frame;
import io.trapeze.trampolines.UnwoundProcess.Stack;
import io.trapeze.trampolines.UnwoundProcess.Viewer;
import io.trapeze.trampolines.abi.Abi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("In a real process, at every instruction of a System V primitive")
@Tag("S27")
class UnwindInProcessTest {
    private static final List<String> CALLER = List.of("inner", "outer", "main");
    private static final List<String> ON_G0 = List.of("switcher", "fn", "mcall", "inner", "outer", "main");
    private static final Map<String, Long> MARKS =
            Map.of("inner", 0xA1000000L, "outer", 0xA2000000L, "switcher", 0xB1000000L);

    @TempDir
    Path folder;

    static Stream<Arguments> scenarios() {
        return Stream.of(Viewer.values())
                .flatMap(viewer -> Stream.of("gogo", "mcall", "mcall-returns", "systemstack")
                        .map(scenario -> Arguments.of(viewer, scenario)));
    }

    @ParameterizedTest(name = "{0} finds the callers of {1} and their registers")
    @MethodSource("scenarios")
    void theStackIsRight(Viewer viewer, String scenario) {
        UnwoundProcess process = UnwoundProcess.of(folder, rules(SaveSet.SSE));
        assertThat(faults(process.watch(viewer, scenario), scenario, SaveSet.SSE))
                .isEmpty();
    }

    static Stream<Arguments> interruptions() {
        return Stream.of(Viewer.values())
                .flatMap(viewer ->
                        Stream.of(SaveSet.SSE, SaveSet.AVX, SaveSet.AVX512_X87).map(set -> Arguments.of(viewer, set)));
    }

    @ParameterizedTest(name = "{0} finds whom async_preempt with {1} interrupted, every register as it was")
    @MethodSource("interruptions")
    void theInterruptedStackIsRight(Viewer viewer, SaveSet set) throws IOException {
        assumeSupported(set);
        UnwoundProcess process = UnwoundProcess.of(folder, rules(set));
        assertThat(faults(process.watch(viewer, "async_preempt"), "async_preempt", set))
                .isEmpty();
    }

    @Test
    @DisplayName("readelf reads the rules without complaint")
    void readelfReadsTheRules() {
        UnwoundProcess process = UnwoundProcess.of(folder, rules(SaveSet.AVX512));
        assertThat(process.readelf("--debug-dump=frames"))
                .contains("DW_CFA_def_cfa_expression (DW_OP_breg5 (rdi): 0; DW_OP_deref)")
                .contains("DW_CFA_expression: r3 (rbx) (DW_OP_breg5 (rdi): 56)")
                .contains("\"zRS\"")
                .doesNotContainIgnoringCase("warning")
                .doesNotContainIgnoringCase("error");
    }

    // ---- what is wrong has to be seen
    // -----------------------------------------------------------------------------------

    /** A way to spoil the rules that hold at one instruction. */
    private record Mutant(String name, Primitive primitive, String at, UnaryOperator<UnwindRow> change) {}

    private static final List<Mutant> MUTANTS = List.of(
            new Mutant("CFA off by 8", Primitive.GOGO, "ldmxcsr", row -> cfa(row, 8)),
            new Mutant("CFA off by 8", Primitive.GOGO, "jmp", row -> cfa(row, 8)),
            new Mutant("pc off by 8", Primitive.GOGO, "mov rax", row -> pc(row, 8)),
            new Mutant("rbx forgotten", Primitive.GOGO, "mov rbx", row -> forget(row, "rbx")),
            new Mutant("rbp off by 8", Primitive.GOGO, "mov r15", row -> off(row, "rbp", 8)),
            new Mutant("CFA off by -8", Primitive.MCALL, "and rsp", row -> cfa(row, -8)),
            new Mutant("rbp forgotten", Primitive.MCALL, "and rsp", row -> forget(row, "rbp")),
            new Mutant("pc off by 8", Primitive.MCALL, "call", row -> pc(row, 8)),
            new Mutant("CFA off by 8", Primitive.SYSTEMSTACK, "mov rbp, rsp", row -> cfa(row, 8)),
            new Mutant("rbp forgotten", Primitive.SYSTEMSTACK, "call", row -> forget(row, "rbp")),
            new Mutant("CFA off by 8", Primitive.ASYNC_PREEMPT, "push r12", row -> cfa(row, 8)),
            new Mutant("CFA off by 8", Primitive.ASYNC_PREEMPT, "call", row -> cfa(row, 8)),
            new Mutant("rcx forgotten", Primitive.ASYNC_PREEMPT, "pop rbx", row -> forget(row, "rcx")),
            new Mutant("rdi off by 8", Primitive.ASYNC_PREEMPT, "pop r8", row -> off(row, "r8", 8)));

    @ParameterizedTest(name = "{0} sees each rule that is off by 8 or missing")
    @EnumSource(Viewer.class)
    void wrongRulesAreSeen(Viewer viewer) {
        for (Mutant mutant : MUTANTS) {
            String scenario = mutant.primitive().symbol();
            List<UnwindRules> spoilt = rules(SaveSet.SSE).stream()
                    .map(rules -> rules.blob().name().equals(scenario) ? spoil(rules, mutant) : rules)
                    .toList();
            List<Stack> seen = UnwoundProcess.of(folder, spoilt).watch(viewer, scenario);
            assertThat(faults(seen, scenario, SaveSet.SSE)).as("%s", mutant).isNotEmpty();
        }
    }

    private static UnwindRules spoil(UnwindRules rules, Mutant mutant) {
        List<UnwindRow> rows = new ArrayList<>(rules.rows());
        for (int i = 0; i < rows.size(); i++) {
            if (rules.blob().instructions().get(i).text().startsWith(mutant.at())) {
                UnwindRow spoilt = mutant.change().apply(rows.get(i));
                assertThat(spoilt).isNotEqualTo(rows.get(i));
                rows.set(i, spoilt);
                return new UnwindRules(rules.blob(), rules.interrupted(), rows);
            }
        }
        throw new AssertionError("no instruction " + mutant.at());
    }

    private static UnwindRow cfa(UnwindRow row, int bytes) {
        List<Integer> offsets = new ArrayList<>(row.cfa().offsets());
        offsets.set(offsets.size() - 1, offsets.get(offsets.size() - 1) + bytes);
        return new UnwindRow(
                row.offset(),
                new Formula(row.cfa().register(), offsets),
                row.pc(),
                row.registers(),
                row.machineFrame());
    }

    private static UnwindRow pc(UnwindRow row, int bytes) {
        return new UnwindRow(row.offset(), row.cfa(), moved(row.pc(), bytes), row.registers(), row.machineFrame());
    }

    private static UnwindRow off(UnwindRow row, String register, int bytes) {
        return changed(row, register, rule -> moved(rule, bytes));
    }

    private static UnwindRow forget(UnwindRow row, String register) {
        return changed(row, register, rule -> new Rule.Same());
    }

    private static UnwindRow changed(UnwindRow row, String register, UnaryOperator<Rule> change) {
        Map<Register, Rule> registers = new LinkedHashMap<>(row.registers());
        registers.replaceAll((r, rule) -> r.name().equals(register) ? change.apply(rule) : rule);
        return new UnwindRow(row.offset(), row.cfa(), row.pc(), registers, row.machineFrame());
    }

    private static Rule moved(Rule rule, int bytes) {
        if (rule instanceof Rule.AtCfa at) {
            return new Rule.AtCfa(at.offset() + bytes);
        }
        Formula address = ((Rule.At) rule).address();
        return new Rule.At(
                new Formula(address.register(), List.of(address.offsets().get(0) + bytes)));
    }

    // ---- what is right
    // --------------------------------------------------------------------------------------------------

    private static List<UnwindRules> rules(SaveSet set) {
        return Stream.of(Primitive.values())
                .map(primitive ->
                        UnwindRules.of(primitive.emit(Abi.SYSTEM_V, set)).orElseThrow())
                .toList();
    }

    /** Everything that is not as it should be, in words. */
    private static List<String> faults(List<Stack> seen, String scenario, SaveSet set) {
        Primitive primitive = Primitive.named(scenario.split("-")[0]).orElseThrow();
        CodeBlob blob = primitive.emit(Abi.SYSTEM_V, set);
        List<String> faults = new ArrayList<>();
        List<Stack> inside = seen.stream()
                .filter(s -> s.where().matches("[0-9a-f]+") && !s.where().equals("callee"))
                .toList();
        List<Integer> expected = blob.instructions().stream()
                .filter(i -> !(scenario.equals("mcall") && i.text().equals("ud2")))
                .map(Instruction::offset)
                .toList();
        if (!inside.stream()
                .map(s -> Integer.parseInt(s.where(), 16))
                .collect(Collectors.toSet())
                .containsAll(expected)) {
            faults.add("not every instruction of " + scenario + " was seen, of " + expected + " only "
                    + inside.stream().map(Stack::where).toList());
        }
        Frame victim = null;
        for (Stack stack : seen) {
            if (stack.where().equals("interrupted")) {
                victim = stack.frames().get(0);
            } else if (!stack.names().equals(expectedNames(blob, primitive, stack.where()))) {
                faults.add(stack.where() + ": " + stack.names());
            }
            for (Frame frame : stack.frames()) {
                Map<String, Long> right = right(frame, victim);
                right.forEach((register, value) -> {
                    if (!value.equals(frame.registers().get(register))) {
                        faults.add("%s: %s of %s is %x and should be %x"
                                .formatted(
                                        stack.where(),
                                        register,
                                        frame.name(),
                                        frame.registers().get(register),
                                        value));
                    }
                });
            }
        }
        return faults;
    }

    private static List<String> expectedNames(CodeBlob blob, Primitive primitive, String where) {
        List<String> names = new ArrayList<>();
        if (where.equals("callee")) {
            names.add("look");
            names.add(
                    switch (primitive) {
                        case GOGO, MCALL -> "fn";
                        case SYSTEMSTACK -> "thunk";
                        case ASYNC_PREEMPT -> "async_preempt2";
                    });
        }
        names.add(primitive == Primitive.GOGO && where.equals("callee") ? "mcall" : primitive.symbol());
        if (primitive == Primitive.ASYNC_PREEMPT) {
            names.add("victim");
        }
        boolean stillOnG0 = primitive == Primitive.GOGO
                && !where.equals("callee")
                && Integer.parseInt(where, 16) < firstRestore(blob);
        names.addAll(stillOnG0 ? ON_G0 : CALLER);
        return names;
    }

    /** From here on gogo's caller has lost a register, so it is the goroutine's stack that counts. */
    private static int firstRestore(CodeBlob gogo) {
        return gogo.instructions().stream()
                .filter(i -> i.text().startsWith("mov rbx,"))
                .findFirst()
                .orElseThrow()
                .offset();
    }

    /** What the registers of a frame must be: those that mark it, or all that an interrupted one had. */
    private static Map<String, Long> right(Frame frame, Frame victim) {
        Map<String, Long> right = new LinkedHashMap<>();
        if (frame.name().equals("victim") && victim != null) {
            right.putAll(victim.registers());
        } else if (MARKS.containsKey(frame.name())) {
            long mark = MARKS.get(frame.name());
            right.put("rbx", mark + 0xB00);
            right.put("rbp", mark + 0xB10);
            right.put("r12", mark + 0x1200);
            right.put("r13", mark + 0x1300);
            right.put("rip", frame.registers().get("r14"));
            right.put("rsp", frame.registers().get("r15"));
        }
        return right;
    }

    private static void assumeSupported(SaveSet set) throws IOException {
        String needed = Map.of(SaveSet.SSE, "sse2", SaveSet.AVX, "avx", SaveSet.AVX512_X87, "avx512bw")
                .get(set);
        Path cpu = Path.of("/proc/cpuinfo");
        assumeTrue(
                Files.exists(cpu)
                        && Arrays.asList(Files.readString(cpu).split("\\s+")).contains(needed),
                "this processor has no " + needed);
    }
}
