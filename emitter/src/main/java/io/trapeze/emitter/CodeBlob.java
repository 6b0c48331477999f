// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Finished machine code with its symbols, relocations and instructions; immutable.
 *
 * <p>The bytes are position-independent but for the {@linkplain #relocations relocations}. Everything shown or done later
 * (listings, mapping, exports) is a view of this object.
 */
public final class CodeBlob {
    private final String name;
    private final byte[] bytes;
    private final Map<String, Integer> symbols;
    private final List<Relocation> relocations;
    /** Null if there is none. */
    private final Recording recording;

    private volatile List<Instruction> instructions;

    CodeBlob(
            String name,
            byte[] bytes,
            Map<String, Integer> symbols,
            List<Relocation> relocations,
            Recording recording) {
        this.name = Objects.requireNonNull(name, "name");
        this.bytes = bytes;
        this.symbols = Collections.unmodifiableMap(symbols);
        this.relocations = List.copyOf(relocations);
        this.recording = recording;
    }

    /**
     * Reads machine code of any origin. What is no instruction of the table becomes {@code .byte}; places that branches and
     * rip-relative operands lead to, if an instruction starts there, get a name.
     *
     * @param name the blob's name
     * @param code the machine code, which is copied
     * @param origin the address of its first byte, for names and for what lies outside
     * @param symbols names that places have already, by offset from the first byte
     * @throws IllegalArgumentException if a symbol lies outside the code
     */
    public static CodeBlob disassemble(String name, byte[] code, long origin, Map<String, Integer> symbols) {
        symbols.forEach((symbol, offset) -> {
            if (offset < 0 || offset > code.length) {
                throw new IllegalArgumentException("symbol '" + symbol + "' has the offset " + offset
                        + ", outside the code: it must be in 0 … " + code.length);
            }
        });
        byte[] copy = code.clone();
        return new CodeBlob(
                name, copy, new LinkedHashMap<>(symbols), List.of(), ForeignCode.read(copy, origin, symbols));
    }

    /** Reads machine code of any origin, which starts at address 0 and has no symbols. */
    public static CodeBlob disassemble(String name, byte[] code) {
        return disassemble(name, code, 0, Map.of());
    }

    /** Returns the blob's name. */
    public String name() {
        return name;
    }

    /** Returns a copy of the machine code; relocated places hold 0. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Returns the size in bytes. */
    public int size() {
        return bytes.length;
    }

    /** Returns the offset of each symbol, in bytes, in the order of definition. */
    public Map<String, Integer> symbols() {
        return symbols;
    }

    /**
     * Returns the offset of a symbol, in bytes.
     *
     * @throws IllegalArgumentException if there is no such symbol; the message lists those there are
     */
    public int offset(String symbol) {
        Integer offset = symbols.get(symbol);
        if (offset == null) {
            throw new IllegalArgumentException(
                    "blob '" + name + "' has no symbol '" + symbol + "'; it has " + symbols.keySet());
        }
        return offset;
    }

    /** Returns the places that depend on symbols defined elsewhere. */
    public List<Relocation> relocations() {
        return relocations;
    }

    /** Returns every instruction and datum in order; empty if the assembler did not record. */
    public List<Instruction> instructions() {
        List<Instruction> known = instructions;
        if (known == null) {
            known = recording == null ? List.of() : recording.instructions(bytes);
            instructions = known; // two threads may both compute it: they come to the same
        }
        return known;
    }

    /** Returns who the caller is from which offset on, as the generator noted it; empty if it did not. */
    public Map<Integer, List<Caller>> callers() {
        return recording == null ? Map.of() : Collections.unmodifiableMap(recording.callers());
    }

    /** Returns the listing: offset, bytes, Intel syntax and reason, one instruction a line. */
    public String listing() {
        return listing(0);
    }

    /** Returns the listing with addresses in place of offsets, of code whose first byte lies at {@code origin}. */
    public String listing(long origin) {
        return Listing.of(this, origin);
    }

    @Override
    public String toString() {
        return name + " (" + bytes.length + " bytes)";
    }
}
