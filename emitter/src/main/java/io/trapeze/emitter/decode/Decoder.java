// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.decode;

import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.InstructionTable;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Reads machine code whose forms are not known.
 *
 * <p>The opening of an instruction names candidates, from an index of the instruction table; {@link FormDecoder} confirms
 * one. Bytes that no form of the table explains are no error: there is just no instruction.
 *
 * <p><b>Several forms.</b> Where the same bytes are instances of several forms, constant bytes come before the same opcode with
 * operands, then the first form in the table: {@code 90} is {@code nop} and not {@code xchg eax, eax}. So do GNU objdump and
 * llvm-objdump, but for the order of the operands of {@code xchg}, in which they differ.
 *
 * <p><b>Idle prefixes.</b> Prefixes that change nothing are read over. They count as bytes of the instruction and are not in
 * its text: overrides of CS, DS, ES and SS, repeated prefixes, 66H beside REX.W, REX and REX.W where none is needed, F2H and
 * F3H before near branches and returns, 67H before branches with 32-bit displacements, and the W and L bits that the manual
 * ignores. Where a prefix has an effect that the operands cannot say, there is no instruction: an address size of 32 bits, FS
 * or GS before what is about no memory, NOTRACK before an indirect branch, LOCK or a REX in the wrong place.
 */
public final class Decoder {
    private Decoder() {}

    /** Holds the index of the shipped table, made on first use. */
    private static final class Shipped {
        static final OpcodeIndex INDEX = new OpcodeIndex(InstructionTable.shipped());
    }

    /**
     * Decodes one instruction.
     *
     * @param code machine code; it is only read
     * @param at where the instruction starts, 0 to the code's length
     * @return the instruction, its length in {@link DecodedInstruction#fields}; empty if the bytes are none that the table
     *     has, or if the code ends within it
     * @throws IndexOutOfBoundsException if {@code at} is outside the code
     */
    public static Optional<DecodedInstruction> decode(byte[] code, int at) {
        Objects.checkIndex(at, code.length + 1);
        Opening opening = Opening.read(code, at);
        List<FormPattern> candidates = Shipped.INDEX.candidates(opening);
        return first(candidates, pattern -> pattern.matches(opening), opening)
                .or(() -> first(candidates, pattern -> pattern.matchesIdly(opening), opening));
    }

    private static Optional<DecodedInstruction> first(
            List<FormPattern> candidates, Predicate<FormPattern> fits, Opening opening) {
        return candidates.stream()
                .filter(fits)
                .flatMap(pattern -> confirm(pattern, opening).stream())
                .findFirst();
    }

    /** Returns the instruction, if the bytes are one of this form. */
    private static Optional<DecodedInstruction> confirm(FormPattern pattern, Opening opening) {
        try {
            return Optional.of(FormDecoder.decode(pattern.form(), opening));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * Decodes one instruction of a known form, with whatever idle prefixes it has.
     *
     * @param code its bytes, and nothing else
     * @throws IllegalArgumentException if the bytes are not exactly one instance of the form
     */
    public static DecodedInstruction decodeAs(Form form, byte[] code) {
        return decode(code, 0)
                .filter(decoded ->
                        decoded.form().equals(form) && decoded.fields().length() == code.length)
                .orElseGet(() -> FormDecoder.decode(form, code));
    }
}
