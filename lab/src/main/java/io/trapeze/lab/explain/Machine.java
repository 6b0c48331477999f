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
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.trampolines.abi.Abi;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A processor that works with names in place of numbers: it knows which value is where, and not what the value is. */
final class Machine {
    private static final String FLAGS = "flags";
    private static final String MXCSR = "mxcsr";
    private static final String X87 = "x87 control word";
    private static final Set<String> MOVES =
            Set.of("mov", "movdqu", "movdqa", "movups", "movaps", "vmovdqu", "vmovdqu64", "vmovups", "kmovq");

    private final Abi abi;
    private final Signature signature;
    private final Memory memory;
    private final State state = new State();
    private int unknowns;

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

    /** Takes one instruction's effect into account; returns what holds on entry to the function that it calls, if any. */
    Optional<State> step(Instruction instruction, Optional<DecodedInstruction> decoded) {
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
        } else if (operands.size() == 2
                && operands.get(0) instanceof Reg64 register
                && operands.get(1) instanceof Immediate) {
            arithmetic(mnemonic, register, number(operands.get(1)), form);
        } else {
            for (int i = 0; i < operands.size(); i++) {
                if (form.operands().get(i).access().writes()) {
                    write(operands.get(i), unknown());
                }
            }
        }
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
                .filter(name -> !name.equals(RSP) && !preserves(name))
                .toList()
                .forEach(name -> state.set(name, Value.named(name + " as " + signature.callee() + " left it")));
        state.set(abi.result().name(), Value.named("result of " + signature.callee()));
        state.forget(back.rsp().place(), abi.stack().shadow());
        return inside;
    }

    private boolean preserves(String name) {
        return Registers.named(name)
                .filter(r -> r instanceof Reg64 general ? abi.preserves(general) : preservesVector(r))
                .isPresent();
    }

    private boolean preservesVector(Register register) {
        return abi.preservedVectors().stream().anyMatch(v -> v.name().equals(register.name()));
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
        return whole((Register) operand) ? entry(((Register) operand).name()) : unknown();
    }

    private void write(Operand operand, Value value) {
        if (operand instanceof Register register) {
            state.set(register.name(), whole(register) ? value : unknown());
        } else {
            Mem mem = (Mem) operand;
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
