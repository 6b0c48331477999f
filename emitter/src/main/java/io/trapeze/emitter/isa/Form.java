// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One instruction form: a row of the table.
 *
 * @param id the row's place in the table, from 0; the packed descriptor carries it
 * @param names the mnemonic in lower case, then its other names
 * @param operands the operands in Intel order, fixed ones included
 * @param encoding the fixed part of the machine code
 * @param encodingText the encoding as the row writes it
 * @param opEn where the operands go
 * @param displacementUnit the bytes that an 8-bit displacement counts in; 1 but with EVEX
 * @param lockable whether LOCK is legal when an operand is memory
 * @param segmentable whether FS or GS is legal because the instruction is about memory that is no operand, as {@code lodsb} is
 * @param printedName the name that disassemblers print, where it differs from the mnemonic
 * @param features CPUID features the form needs beyond the x86-64 baseline
 * @param line the row's line in the table, from 1
 */
public record Form(
        int id,
        List<String> names,
        List<OperandSpec> operands,
        Encoding encoding,
        String encodingText,
        OpEn opEn,
        int displacementUnit,
        boolean lockable,
        boolean segmentable,
        Optional<String> printedName,
        Set<String> features,
        int line) {

    /** Returns the mnemonic, in lower case; a prefix that belongs to it is joined by an underscore ({@code rep_movsb}). */
    public String mnemonic() {
        return names.get(0);
    }

    /** Returns the mnemonic as assembler text. */
    public String textMnemonic() {
        return printedName.orElse(mnemonic()).replace('_', ' ');
    }

    /** Returns the manual's signature, for example {@code mov r/m64, r64}. */
    public String signature() {
        String list = operands.stream().map(OperandSpec::toString).collect(Collectors.joining(", "));
        return list.isEmpty() ? mnemonic() : mnemonic() + " " + list;
    }

    /** Whether an EVEX form allows this beside one of its operands. */
    public boolean allows(Mark mark) {
        return operands.stream().anyMatch(o -> o.marks().contains(mark));
    }

    /** Returns the size in bits of the element that may be broadcast from memory; 0 if none may. */
    public int broadcastBits() {
        return operands.stream().mapToInt(OperandSpec::broadcastBits).max().orElse(0);
    }

    /** Whether the first operand goes to ModRM.rm, so that the instruction may write to memory. */
    public boolean stores() {
        return !operands.isEmpty() && field(0) == 'M';
    }

    /**
     * Returns the field letter of operand {@code index} as in {@link OpEn}, or {@code X} for a fixed operand, which is not
     * encoded.
     */
    public char field(int index) {
        int encoded = 0;
        for (int i = 0; i < index; i++) {
            encoded += operands.get(i).kind().fixed() ? 0 : 1;
        }
        return operands.get(index).kind().fixed() ? 'X' : opEn.fields().charAt(encoded);
    }

    /**
     * Returns the operand size in bits, which the first operand gives: what immediates are extended to. Forms without such an
     * operand, as {@code push} and {@code ret} are, have 64, or 16 if their encoding says so.
     */
    public int operandBits() {
        if (operands.isEmpty()) {
            return 64;
        }
        OperandKind first = operands.get(0).kind();
        return first.allowsMemory() || first.isOffset()
                ? first.memoryBits()
                : first.register().map(RegisterClass::bits).orElse(encoding.operandSize16() ? 16 : 64);
    }

    /** Whether {@code other} takes as many operands, and every one a register of the same class as here. */
    boolean hasRegistersOf(Form other) {
        return registers().equals(other.registers()) && !registers().contains(Optional.<RegisterClass>empty());
    }

    private List<Optional<RegisterClass>> registers() {
        return operands.stream().map(operand -> operand.kind().register()).toList();
    }

    @Override
    public String toString() {
        return signature() + " | " + encodingText;
    }
}
