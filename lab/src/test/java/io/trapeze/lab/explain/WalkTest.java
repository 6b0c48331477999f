// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import static io.trapeze.emitter.operand.Registers.rbp;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Caller;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
import io.trapeze.formats.unwind.Formula;
import io.trapeze.formats.unwind.Rule;
import io.trapeze.formats.unwind.UnwindRow;
import io.trapeze.formats.unwind.UnwindRules;
import io.trapeze.lab.abi.AnyAbi;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import io.trapeze.trampolines.abi.PreservedVector;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Holds the walk to the unwind rules, which gdb, libgcc and Wine have been held to at each instruction: computed with what the
 * walk says, the rules must give the caller's values, by name.
 */
@DisplayName("At each instruction, the walk knows what the unwind rules lead to, of")
class WalkTest {
    @ParameterizedTest
    @EnumSource
    void each(Primitive primitive) {
        Stream<Abi> anyAbis = IntStream.range(0, 40).mapToObj(seed -> AnyAbi.of("any" + seed, seed));
        int walked = Stream.concat(Abi.builtIn().stream(), anyAbis)
                .mapToInt(abi -> compared(primitive, abi))
                .sum();
        assertThat(walked).as("conventions that it could be generated for").isGreaterThan(20);
    }

    private static int compared(Primitive primitive, Abi abi) {
        Walk walk;
        try {
            walk = Walk.through(primitive, abi, SaveSet.SSE);
        } catch (AbiException tooFewRegisters) {
            return 0;
        }
        UnwindRules rules = UnwindRules.of(walk.blob()).orElseThrow();
        boolean resumed = false;
        for (Step step : walk.steps()) {
            UnwindRow row = rules.rows().get(step.number() - 1);
            resumed |= walk.blob().callers().getOrDefault(row.offset(), List.of()).stream()
                    .anyMatch(Caller.Suspended.class::isInstance);
            compare(walk, step, row, resumed);
        }
        return 1;
    }

    private static void compare(Walk walk, Step step, UnwindRow row, boolean resumed) {
        String at = walk.primitive().symbol() + " of " + walk.abi() + ", " + step.instruction();
        State state = step.before();
        Value cfa = value(state, walk, row.cfa());
        int above = 8 + (walk.signature().interrupts() ? walk.abi().stack().interruptSkip() : 0);
        assertThat(cfa.toString())
                .as("the caller's rsp at %s", at)
                .isEqualTo(resumed ? "gobuf.sp" : Memory.ENTRY.name() + " + 0x" + Integer.toHexString(above));
        assertThat(value(state, walk, row.pc(), cfa).toString())
                .as("the caller's pc at %s", at)
                .isEqualTo(resumed ? "gobuf.pc" : walk.signature().interrupts() ? "resume address" : "return address");
        for (Map.Entry<Register, Rule> rule : row.registers().entrySet()) {
            if (rule.getValue() instanceof Rule.Same) {
                continue;
            }
            String name = rule.getKey().name();
            State entry = walk.steps().get(0).before();
            String found = entry.registers().containsKey(name) // as an argument, which may be preserved, too
                    ? entry.register(name).toString()
                    : walk.signature().owner() + " " + name;
            assertThat(value(state, walk, rule.getValue(), cfa).toString())
                    .as("the caller's %s at %s", rule.getKey(), at)
                    .isEqualTo(resumed ? "gobuf." + field(walk.abi(), rule.getKey()) : found);
        }
    }

    /** Returns the field of a Gobuf for a register, of which a vector may be kept in another width than unwind rules have. */
    private static String field(Abi abi, Register register) {
        return register == rbp
                ? "bp"
                : abi.preservedVectors().stream()
                        .filter(v -> register.registerClass().vector() && v.number() == register.number())
                        .map(PreservedVector::name)
                        .findFirst()
                        .orElse(register.name());
    }

    private static Value value(State state, Walk walk, Rule rule, Value cfa) {
        if (rule instanceof Rule.AtCfa at) {
            return load(state, walk, cfa.plus(at.offset()));
        }
        return rule instanceof Rule.At at
                ? load(state, walk, value(state, walk, at.address()))
                : value(state, walk, ((Rule.Is) rule).value());
    }

    private static Value value(State state, Walk walk, Formula formula) {
        Value value = state.register(((Reg64) formula.register()).name())
                .plus(formula.offsets().get(0));
        for (int offset : formula.offsets().subList(1, formula.offsets().size())) {
            value = load(state, walk, value).plus(offset);
        }
        return value;
    }

    private static Value load(State state, Walk walk, Value address) {
        Place place = address.place();
        return state.cell(place)
                .map(State.Cell::value)
                .orElseGet(() -> Value.of(new Origin.Content(place, Memory.name(walk.abi(), place))));
    }
}
