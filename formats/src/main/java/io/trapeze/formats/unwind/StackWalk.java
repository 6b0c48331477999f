// SPDX-License-Identifier: Apache-2.0
package io.trapeze.formats.unwind;

import static io.trapeze.emitter.operand.Registers.rsp;

import io.trapeze.emitter.Caller;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Moffs;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.emitter.operand.Segment;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Follows straight code, and knows at each instruction where the values are that its caller needs. A branch may lead ahead to
 * code that is reached from nowhere else: what lies behind the end of the straight way.
 */
final class StackWalk {
    private static final Rule SAME = new Rule.Same();
    /** Instructions that change nothing but the operands they name, and flags. */
    private static final Set<String> EXPLICIT = Set.of(
            "and",
            "or",
            "xor",
            "add",
            "sub",
            "inc",
            "dec",
            "neg",
            "not",
            "cmp",
            "test",
            "movzx",
            "movsx",
            "movsxd",
            "ldmxcsr",
            "stmxcsr",
            "fldcw",
            "fnstcw",
            "vzeroupper",
            "cld",
            "nop",
            "endbr64",
            "mov",
            "lea",
            "movdqu",
            "movdqa",
            "movups",
            "movaps",
            "vmovdqu",
            "vmovdqu64",
            "kmovq",
            "movq",
            "vmovq",
            "xorps",
            "xchg",
            "frstor");

    private static final Set<String> MOVES =
            Set.of("mov", "movdqu", "movdqa", "movups", "movaps", "vmovdqu", "vmovdqu64", "kmovq");
    private static final int VECTOR_BYTES = 16;
    private static final int FNSAVE_BYTES = 108;
    private static final Set<String> LAST = Set.of("jmp", "ret", "ud2");
    private static final Set<String> BRANCHES = Set.of("jb", "jbe", "ja", "jae", "je", "jne");

    private final Map<Integer, Values> branched = new HashMap<>();
    private Values values = new Values();
    private final Caller.Convention convention;
    private final Map<Register, Value> wanted = new LinkedHashMap<>();
    private Value cfa;
    private Value pc;
    private boolean over;

    StackWalk(Caller.Entered caller) {
        convention = caller.convention();
        Value entry = values.of(rsp);
        pc = values.load(entry, 8);
        cfa = entry.plus(8 + caller.skipped());
        if (caller.machineFrame()) {
            values.store(entry.plus(Caller.MACHINE_FRAME_RSP), 8, cfa);
        }
        caller.registers().forEach(r -> wanted.put(r, values.of(r)));
    }

    /** Changes whom a walk has to find, from the next instruction on. */
    void goesOn(Caller.Suspended other) {
        Value base = values.of(other.base());
        cfa = values.load(base.plus(other.stackPointer()), 8);
        pc = values.load(base.plus(other.programCounter()), 8);
        other.machineFrame().ifPresent(offset -> {
            values.store(base.plus(offset), 8, pc);
            values.store(base.plus(offset + Caller.MACHINE_FRAME_RSP), 8, cfa);
        });
        wanted.replaceAll((register, value) -> {
            Integer offset = other.registers().get(register);
            if (offset == null) {
                throw new UnwindException(
                        "the state that goes on has no place for " + register + ", which is to be preserved");
            }
            return values.load(base.plus(offset), register.registerClass().bits() / 8);
        });
    }

    /** Returns the rules that hold before an instruction. */
    UnwindRow row(Instruction instruction) {
        Values arriving = branched.get(instruction.offset());
        if (over && arriving == null) {
            throw new UnwindException(
                    "nothing leads here from the instruction before; the walk follows straight code only");
        }
        if (arriving != null) {
            if (!over) {
                throw new UnwindException(
                        "two ways lead here, and the walk follows one; let a branch lead behind the function's end");
            }
            values = arriving;
            over = false;
        }
        boolean call = mnemonic(instruction).equals("call");
        if (call) {
            values.call(convention);
        }
        Formula frame = values.formula(cfa);
        if (frame == null) {
            throw lost("stack pointer", call);
        }
        Map<Register, Rule> registers = new LinkedHashMap<>();
        wanted.forEach((register, value) ->
                registers.put(register, values.of(register).equals(value) ? SAME : rule(register.name(), value, call)));
        return new UnwindRow(instruction.offset(), frame, rule("program counter", pc, call), registers, machineFrame());
    }

    private Optional<Formula> machineFrame() {
        return values.places(pc).stream()
                .filter(place -> values.places(cfa).contains(place.plus(Caller.MACHINE_FRAME_RSP)))
                .map(values::formula)
                .filter(Objects::nonNull)
                .findFirst();
    }

    private Rule rule(String what, Value value, boolean call) {
        Rule elsewhere = null;
        for (Value place : values.places(value)) {
            if (place.symbol() == cfa.symbol()) {
                return new Rule.AtCfa(place.offset() - cfa.offset());
            }
            Formula address = values.formula(place);
            if (address != null && elsewhere == null) {
                elsewhere = new Rule.At(address);
            }
        }
        Formula formula = elsewhere == null ? values.formula(value) : null;
        if (elsewhere == null && formula == null) {
            throw lost(what, call);
        }
        return elsewhere == null ? new Rule.Is(formula) : elsewhere;
    }

    private static UnwindException lost(String what, boolean call) {
        return new UnwindException("here nothing leads to the caller's " + what + " any more"
                + (call ? ", once the function called has changed what it may" : "")
                + "; keep it where it can be found, or say with unwind() who goes on instead");
    }

    /** Takes the effect of an instruction into account. */
    void step(Instruction instruction) {
        if (instruction.padding()) {
            return;
        }
        String mnemonic = mnemonic(instruction);
        List<Operand> operands = instruction.decoded().map(d -> d.operands()).orElse(List.of());
        switch (mnemonic) {
            case "push" -> push(value(operands.get(0)));
            case "pushfq" -> push(values.unknown());
            case "pop", "popfq" -> {
                Value top = values.load(values.of(rsp), 8);
                values.set(rsp, values.of(rsp).plus(8));
                if (mnemonic.equals("pop")) {
                    write(operands.get(0), top);
                }
            }
            case "call" -> {} // row() has seen to it
            case "fnsave" -> store((Mem) operands.get(0), FNSAVE_BYTES, values.unknown());
            default -> {
                if (BRANCHES.contains(mnemonic)) {
                    branch(instruction);
                    return;
                }
                over = LAST.contains(mnemonic);
                if (!over && !EXPLICIT.contains(mnemonic)) {
                    throw new UnwindException("the walk does not know what this does besides what it says");
                }
                explicit(mnemonic, instruction.form().orElseThrow(), operands);
            }
        }
    }

    private void branch(Instruction instruction) {
        Instruction.Target target = instruction
                .target()
                .filter(t -> !t.external() && t.offset() > instruction.offset())
                .orElseThrow(() -> new UnwindException(
                        "the walk follows a branch only if it leads ahead, to a label of the same code"));
        if (branched.putIfAbsent(target.offset(), values.copy()) != null) {
            throw new UnwindException("another branch leads to the same place, and the walk follows one");
        }
    }

    private void explicit(String mnemonic, Form form, List<Operand> operands) {
        if (MOVES.contains(mnemonic)) {
            write(operands.get(0), value(operands.get(1)));
        } else if (mnemonic.equals("lea")) {
            Value address = address((Mem) operands.get(1));
            write(operands.get(0), address == null ? values.unknown() : address);
        } else if ((mnemonic.equals("add") || mnemonic.equals("sub"))
                && operands.get(0) instanceof Reg64 register
                && operands.get(1) instanceof Immediate by) {
            long change = mnemonic.equals("add") ? by.value() : -by.value();
            values.set(register, values.of(register).plus(Math.toIntExact(change)));
        } else {
            for (int i = 0; i < operands.size(); i++) {
                if (form.operands().get(i).access().writes()) {
                    write(operands.get(i), values.unknown());
                }
            }
        }
    }

    private static String mnemonic(Instruction instruction) {
        if (instruction.padding()) {
            return "nop";
        }
        return instruction
                .form()
                .orElseThrow(() -> new UnwindException("data, where code was"))
                .mnemonic();
    }

    private void push(Value value) {
        values.set(rsp, values.of(rsp).plus(-8));
        values.store(values.of(rsp), 8, value);
    }

    private Value value(Operand operand) {
        if (operand instanceof Mem mem) {
            Value address = address(mem);
            // of a wide vector only the low 128 bits count, and these are what lies lowest
            return address == null ? values.unknown() : values.load(address, Math.min(mem.bits() / 8, VECTOR_BYTES));
        }
        return operand instanceof Register register && whole(register) ? values.of(register) : values.unknown();
    }

    private void write(Operand operand, Value value) {
        if (operand instanceof Register register) {
            values.set(register, whole(register) ? value : values.unknown());
        } else if (operand instanceof Mem mem) {
            store(mem, mem.bits() / 8, value);
        } else {
            requireThreadBlock(((Moffs) operand).segment());
        }
    }

    private void store(Mem mem, int bytes, Value value) {
        if (address(mem) != null) {
            values.store(address(mem), bytes, value);
        } else {
            requireThreadBlock(mem.address().segment());
        }
    }

    /** Refuses what may be written to the stack: a thread block is none. */
    private static void requireThreadBlock(Segment segment) {
        if (segment == Segment.NONE) {
            throw new UnwindException("the walk does not know which memory this writes");
        }
    }

    /** Returns the address, or null if it is not a register and a displacement. */
    private Value address(Mem mem) {
        Address address = mem.address();
        boolean known = address.base() >= 0 && address.index() == Address.NONE && address.segment() == Segment.NONE;
        return known ? values.of(Registers.gp64(address.base())).plus(address.displacement()) : null;
    }

    /** Whether the register is not a part of one that rules are about: of a vector, the low 128 bits are. */
    private static boolean whole(Register register) {
        return register instanceof Reg64 || register.registerClass().bits() >= 128;
    }
}
