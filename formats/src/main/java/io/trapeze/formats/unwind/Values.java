// SPDX-License-Identifier: Apache-2.0
package io.trapeze.formats.unwind;

import static io.trapeze.emitter.operand.Registers.rsp;

import io.trapeze.emitter.Caller;
import io.trapeze.emitter.isa.RegisterClass;
import io.trapeze.emitter.operand.KReg;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Reg8;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What registers and memory hold at one point of the code.
 *
 * <p>Memory reached from unrelated values is taken to be different memory: a Gobuf does not lie in the frame.
 */
final class Values {
    private static final int DEEPEST = 2;

    private record Slot(int bytes, Value content) {}

    private final Map<Register, Value> registers = new HashMap<>();
    private final Map<Value, Slot> memory = new LinkedHashMap<>();
    private int symbols;

    Values copy() {
        Values copy = new Values();
        copy.registers.putAll(registers);
        copy.memory.putAll(memory);
        copy.symbols = symbols;
        return copy;
    }

    Value unknown() {
        return new Value(symbols++, 0);
    }

    Value of(Register register) {
        return registers.computeIfAbsent(full(register), r -> unknown());
    }

    /** Changes a register; if that takes the stack pointer up, what lies below it then is lost. */
    void set(Register register, Value value) {
        registers.put(full(register), value);
        if (register == rsp) {
            memory.keySet().removeIf(place -> place.symbol() == value.symbol() && place.offset() < value.offset());
        }
    }

    Value load(Value address, int bytes) {
        Slot slot = memory.get(address);
        if (slot == null || slot.bytes() < bytes) {
            store(address, bytes, unknown());
        }
        return memory.get(address).content();
    }

    void store(Value address, int bytes, Value content) {
        memory.entrySet()
                .removeIf(slot -> slot.getKey().symbol() == address.symbol()
                        && slot.getKey().offset() < address.offset() + bytes
                        && slot.getKey().offset() + slot.getValue().bytes() > address.offset());
        memory.put(address, new Slot(bytes, content));
    }

    /** Forgets what a call may change. */
    void call(Caller.Convention convention) {
        registers.keySet().removeIf(r -> r != rsp && !convention.preserved().contains(r));
        Value low = of(rsp);
        memory.keySet()
                .removeIf(
                        place -> place.symbol() == low.symbol() && place.offset() < low.offset() + convention.shadow());
    }

    /** Returns the addresses where a value is stored. */
    List<Value> places(Value value) {
        List<Value> places = new ArrayList<>();
        memory.forEach((address, slot) -> {
            if (slot.content().equals(value)) {
                places.add(address);
            }
        });
        return places;
    }

    /** Returns the shortest way to compute a value from registers, from RSP if it can be; null if there is none. */
    Formula formula(Value value) {
        for (int depth = 0; depth <= DEEPEST; depth++) {
            Formula formula = formula(value, depth);
            if (formula != null) {
                return formula;
            }
        }
        return null;
    }

    private Formula formula(Value value, int depth) {
        if (depth == 0) {
            return registers.entrySet().stream()
                    .filter(r -> r.getKey() instanceof Reg64 && r.getValue().symbol() == value.symbol())
                    .map(Map.Entry::getKey)
                    .min(Comparator.comparing((Register r) -> r != rsp).thenComparing(Register::number))
                    .map(r -> Formula.of(r, value.offset() - registers.get(r).offset()))
                    .orElse(null);
        }
        for (Map.Entry<Value, Slot> slot : memory.entrySet()) {
            Value content = slot.getValue().content();
            Formula address = content.symbol() == value.symbol() ? formula(slot.getKey(), depth - 1) : null;
            if (address != null) {
                return address.loaded(value.offset() - content.offset());
            }
        }
        return null;
    }

    /** Returns the register that {@code part} is a part of, as far as rules go: vectors count with their low 128 bits. */
    private static Register full(Register part) {
        if (part instanceof KReg) {
            return part;
        }
        if (part.registerClass().bits() >= 128) {
            return Registers.xmm(part.number());
        }
        boolean high = part.registerClass() == RegisterClass.GP8 && (part.code() & Reg8.FORBIDS_REX) != 0;
        return Registers.gp64(high ? part.number() - 4 : part.number());
    }
}
