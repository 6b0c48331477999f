// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What registers and memory hold at one moment. Memory counted from different origins is taken to be different memory: a Gobuf
 * does not lie in a stack.
 */
public final class State {
    static final String RSP = "rsp";
    static final String RIP = "rip";

    /**
     * Something in memory.
     *
     * @param size bytes
     */
    public record Cell(int size, Value value) {}

    private final Map<String, Value> registers;
    private final Map<Place, Cell> memory;
    /** Where RSP was last on each stack, by the stack's root. */
    private final Map<Origin, Value> stackPointers;

    State() {
        registers = new LinkedHashMap<>();
        memory = new LinkedHashMap<>();
        stackPointers = new LinkedHashMap<>();
    }

    private State(State other) {
        registers = new LinkedHashMap<>(other.registers);
        memory = new LinkedHashMap<>(other.memory);
        stackPointers = new LinkedHashMap<>(other.stackPointers);
    }

    State copy() {
        return new State(this);
    }

    /** Returns all registers that are known, by name. */
    public Map<String, Value> registers() {
        return Collections.unmodifiableMap(registers);
    }

    /** Returns all memory that is known. */
    public Map<Place, Cell> memory() {
        return Collections.unmodifiableMap(memory);
    }

    /** Returns what a register holds. */
    public Value register(String name) {
        return registers.getOrDefault(name, Value.named(name));
    }

    /** Returns the stack pointer. */
    public Value rsp() {
        return register(RSP);
    }

    /** Returns where RSP was last on the stack with this root; empty if it was never there. */
    public Optional<Value> stackPointer(Origin root) {
        return Optional.ofNullable(stackPointers.get(root));
    }

    /** Returns what is known of a place. */
    public Optional<Cell> cell(Place place) {
        return Optional.ofNullable(memory.get(place));
    }

    void set(String register, Value value) {
        if (register.equals(RSP)) {
            leave(value.origin().root());
            stackPointers.put(value.origin().root(), value);
            memory.keySet().removeIf(place -> isBelow(place, value));
        }
        registers.put(register, value);
    }

    /** Whoever goes back to a stack leaves the one he was on for good; what he left there is nobody's. */
    private void leave(Origin next) {
        Origin last = rsp().origin().root();
        if (!last.equals(next) && stackPointers.containsKey(next)) {
            stackPointers.remove(last);
            memory.keySet().removeIf(place -> place.base().root().equals(last));
        }
    }

    /** Whether a place is on the stack that {@code rsp} points into, and no longer on it. */
    private static boolean isBelow(Place place, Value rsp) {
        if (place.base().equals(rsp.origin())) {
            return place.offset() < rsp.offset();
        }
        // rounded down from here or further up: gone as soon as RSP is back above
        return place.base() instanceof Origin.Aligned aligned
                && aligned.root().equals(rsp.origin().root())
                && !(rsp.origin() instanceof Origin.Aligned);
    }

    void drop(String register) {
        registers.remove(register);
    }

    void store(Place place, int size, Value value) {
        forget(place, size);
        memory.put(place, new Cell(size, value));
    }

    void forget(Place place, int size) {
        memory.entrySet()
                .removeIf(cell -> cell.getKey().base().equals(place.base())
                        && cell.getKey().offset() < place.offset() + size
                        && cell.getKey().offset() + cell.getValue().size() > place.offset());
    }
}
