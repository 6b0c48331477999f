// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import static io.trapeze.lab.explain.State.RIP;
import static io.trapeze.lab.explain.State.RSP;

import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.decode.DecodedInstruction;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.KReg;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Reg32;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.trampolines.abi.Abi;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A processor that works with names in place of numbers: it knows which value is where, and not what the value is. */
final class Machine {
    private static final String FLAGS = "flags";
    private static final String MXCSR = "mxcsr";
    private static final String X87 = "x87 control word";
    private static final String X87_STATE = "x87 state";
    private static final int X87_BYTES = 108;
    private static final Value ZERO = Value.named("0");
    private static final Set<String> MOVES = Set.of("mov", "movdqu", "movq", "vmovdqu", "vmovdqu64", "vmovq", "kmovq");
    /** What makes a register zero whose two sources are one register. */
    private static final Set<String> ZEROING = Set.of("xor", "xorps");
    /** What changes nothing but flags, which are followed only where they are saved. */
    private static final Set<String> NO_EFFECT = Set.of("nop", "ud2", "cmp", "test", "jb", "endbr64");

    private final Abi abi;
    private final Signature signature;
    private final Memory memory;
    private final State state = new State();
    private int unknowns;
    private boolean followed;

    Machine(Abi abi, Signature signature) {
        this.abi = abi;
        this.signature = signature;
        this.memory = new Memory(abi, signature);
        state.set(RSP, memory.entry());
        memory.stack().forEach((place, value) -> state.store(place, 8, value));
        for (int i = 0; i < signature.parameters().size(); i++) {
            if (i < abi.integerArguments().size()) {
                state.set(abi.integerArguments().get(i).name(), memory.argument(i));
            }
        }
    }

    State state() {
        return state;
    }

    /** Whether the last instruction's effect is known in full; otherwise what it writes has become unknown. */
    boolean followed() {
        return followed;
    }

    /** Takes one instruction's effect into account; returns what holds on entry to the function that it calls, if any. */
    Optional<State> step(Instruction instruction, Optional<DecodedInstruction> decoded) {
        followed = true;
        if (decoded.isEmpty()) {
            return Optional.empty();
        }
        Form form = decoded.get().form();
        List<Operand> operands = decoded.get().operands();
        switch (form.mnemonic()) {
            case "push" -> push(read(operands.get(0)));
            case "pop" -> write(operands.get(0), pop());
            case "pushfq" -> push(entry(FLAGS));
            case "popfq" -> state.set(FLAGS, pop());
            case "stmxcsr" -> write(operands.get(0), entry(MXCSR));
            case "fnstcw" -> write(operands.get(0), entry(X87));
            case "ldmxcsr" -> state.set(MXCSR, read(operands.get(0)));
            case "fldcw" -> state.set(X87, read(operands.get(0)));
            case "fnsave" -> {
                place((Mem) operands.get(0)).ifPresent(place -> state.store(place, X87_BYTES, entry(X87_STATE)));
                state.set(X87_STATE, Value.named("empty"));
                state.set(X87, Value.named("as fnsave sets it"));
            }
            case "frstor" -> {
                Optional<Place> place = place((Mem) operands.get(0));
                state.set(X87_STATE, place.map(p -> load(p, X87_BYTES)).orElseGet(this::unknown));
                state.set(X87, Value.named("as in the x87 state"));
            }
            case "lea" ->
                write(
                        operands.get(0),
                        place((Mem) operands.get(1)).map(Place::address).orElseGet(this::unknown));
            case "jmp" -> state.set(RIP, target(instruction, operands.get(0)));
            case "ret" -> {
                state.set(RIP, pop());
                state.set(RSP, state.rsp().plus(operands.isEmpty() ? 0 : number(operands.get(0))));
            }
            case "call" -> {
                return Optional.of(call(instruction, operands.get(0)));
            }
            default -> explicit(form, operands);
        }
        return Optional.empty();
    }

    private void explicit(Form form, List<Operand> operands) {
        String mnemonic = form.mnemonic();
        if (MOVES.contains(mnemonic)) {
            write(operands.get(0), read(operands.get(1)));
        } else if (isZeroing(mnemonic, operands)) {
            Register register = (Register) operands.get(0);
            write(register instanceof Reg32 ? Registers.gp64(register.number()) : register, ZERO);
        } else if (operands.size() == 2
                && operands.get(0) instanceof Reg64 register
                && operands.get(1) instanceof Immediate) {
            arithmetic(mnemonic, register, number(operands.get(1)), form);
        } else if (!NO_EFFECT.contains(mnemonic)) {
            followed = false;
            for (int i = 0; i < operands.size(); i++) {
                if (form.operands().get(i).access().writes()) {
                    write(operands.get(i), unknown());
                }
            }
        }
    }

    private static boolean isZeroing(String mnemonic, List<Operand> operands) {
        return ZEROING.contains(mnemonic)
                && operands.get(0) instanceof Register register
                && register.equals(operands.get(1))
                && register.registerClass().bits() >= 32;
    }

    private void arithmetic(String mnemonic, Reg64 register, int number, Form form) {
        Value value = read(register);
        switch (mnemonic) {
            case "add" -> write(register, value.plus(number));
            case "sub" -> write(register, value.plus(-number));
            case "and" -> {
                boolean rounds = number < 0 && Integer.bitCount(-number) == 1;
                write(register, rounds ? Value.of(new Origin.Aligned(value, -number)) : unknown());
            }
            default -> {
                if (form.operands().get(0).access().writes()) {
                    followed = false;
                    write(register, unknown());
                }
            }
        }
    }

    private State call(Instruction instruction, Operand operand) {
        Value target = target(instruction, operand);
        State back = state.copy();
        push(Value.named("return address (+0x" + Integer.toHexString(instruction.offset() + instruction.size()) + ")"));
        state.set(RIP, target);
        State inside = state.copy();
        state.set(RSP, back.rsp());
        state.registers().keySet().stream()
                .filter(name -> !name.equals(RSP) && !keeps(name))
                .toList()
                .forEach(name -> state.set(name, Value.named(name + " as " + signature.callee() + " left it")));
        abi.calls().zero().forEach(register -> state.set(register.name(), ZERO));
        state.set(abi.result().name(), Value.named("result of " + signature.callee()));
        state.forget(back.rsp().place(), Region.room(abi, signature.interrupts() ? 0 : 1));
        return inside;
    }

    /** Whether a call leaves a register as it was: preserved as wide as it is named, or pinned to the goroutine. */
    private boolean keeps(String name) {
        if (name.equals(MXCSR) || name.equals(X87)) {
            return name.equals(MXCSR)
                    ? abi.controlWords().mxcsr()
                    : abi.controlWords().x87();
        }
        return Registers.named(name)
                .filter(r -> r.registerClass().vector()
                        ? abi.preservedVectors().stream()
                                .anyMatch(v -> v.number() == r.number()
                                        && v.bits() >= r.registerClass().bits())
                        : abi.preserves(r) || abi.pinned().g().filter(r::equals).isPresent())
                .isPresent();
    }

    private Value target(Instruction instruction, Operand operand) {
        return operand instanceof Immediate
                ? Value.named(instruction.target().map(Instruction.Target::name).orElse("elsewhere"))
                : read(operand);
    }

    private void push(Value value) {
        state.set(RSP, state.rsp().plus(-8));
        state.store(state.rsp().place(), 8, value);
    }

    private Value pop() {
        Value value = load(state.rsp().place(), 8);
        state.set(RSP, state.rsp().plus(8));
        return value;
    }

    private Value read(Operand operand) {
        if (operand instanceof Immediate immediate) {
            return Value.named(Long.toString(immediate.value()));
        }
        if (operand instanceof Mem mem) {
            return place(mem).map(place -> load(place, mem.bits() / 8)).orElseGet(this::unknown);
        }
        if (!(operand instanceof Register register)) {
            return unknown(); // memory at a fixed address
        }
        boolean partly = aliases(register).anyMatch(state.registers()::containsKey);
        return whole(register) && !partly ? entry(register.name()) : unknown();
    }

    private void set(Register register, Value value) {
        if (whole(register)) {
            aliases(register).forEach(state::drop);
            state.set(register.name(), value);
        } else {
            state.set(Registers.gp64(register.number()).name(), unknown());
        }
    }

    /** Returns the other names that parts of a vector register, or more of it, have. */
    private static Stream<String> aliases(Register register) {
        return register.registerClass().vector()
                ? Stream.of("xmm", "ymm", "zmm")
                        .map(width -> width + register.number())
                        .filter(name -> !name.equals(register.name()))
                : Stream.empty();
    }

    private void write(Operand operand, Value value) {
        if (operand instanceof Register register) {
            set(register, value);
        } else if (operand instanceof Mem mem) {
            place(mem).ifPresent(place -> state.store(place, mem.bits() / 8, value));
        }
    }

    private Value load(Place place, int size) {
        return state.cell(place)
                .filter(cell -> cell.size() >= size)
                .map(State.Cell::value)
                .orElseGet(() -> memory.onEntry(place));
    }

    /** Returns what a register holds; one that nobody has written holds what it held on entry. */
    private Value entry(String register) {
        return state.registers().containsKey(register)
                ? state.register(register)
                : Value.named(signature.owner() + " " + register);
    }

    private Optional<Place> place(Mem mem) {
        return Place.of(mem.address(), this::read);
    }

    private Value unknown() {
        return Value.named("unknown " + unknowns++);
    }

    private static boolean whole(Register register) {
        return register instanceof Reg64
                || register instanceof KReg
                || register.registerClass().bits() >= 128;
    }

    private static int number(Operand operand) {
        return Math.toIntExact(((Immediate) operand).value());
    }
}
