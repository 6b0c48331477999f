// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi;

import static io.trapeze.trampolines.abi.AbiField.PRESERVED_VECTORS;

import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A vector register that a callee preserves, or its low bits: those above them are volatile.
 *
 * @param number 0 to 31; those from 16 on exist with AVX-512 only
 * @param bits 64, 128, 256 or 512
 */
public record PreservedVector(int number, int bits) {
    private static final Pattern NAME = Pattern.compile("([xyz])mm(0|[1-9]\\d?)(/64)?");

    /** Checks the ranges. */
    public PreservedVector {
        if (number < 0 || number > 31) {
            throw new AbiException(
                    PRESERVED_VECTORS, "there is no vector register " + number + "; they go from 0 to 31");
        }
        if (bits != 64 && bits != 128 && bits != 256 && bits != 512) {
            throw new AbiException(
                    PRESERVED_VECTORS, bits + " bits of vector register " + number + ": must be 64, 128, 256 or 512");
        }
    }

    /** Returns all bits that the register's name stands for: 128 of {@code xmm}, 256 of {@code ymm}, 512 of {@code zmm}. */
    public static PreservedVector of(Register register) {
        return new PreservedVector(register.number(), register.registerClass().bits());
    }

    /** Finds one by its {@link #name}. */
    public static Optional<PreservedVector> named(String name) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > 31) {
            return Optional.empty();
        }
        int bits = 128 << "xyz".indexOf(matcher.group(1));
        if (matcher.group(3) != null) {
            return bits == 128
                    ? Optional.of(new PreservedVector(Integer.parseInt(matcher.group(2)), 64))
                    : Optional.empty();
        }
        return Optional.of(new PreservedVector(Integer.parseInt(matcher.group(2)), bits));
    }

    /** Returns the size in bytes. */
    public int bytes() {
        return bits / 8;
    }

    /** Returns the register in its own width; for 64 bits its {@code xmm} name. */
    public Register register() {
        return switch (bits) {
            case 256 -> Registers.ymm(number);
            case 512 -> Registers.zmm(number);
            default -> Registers.xmm(number);
        };
    }

    /** Returns the name: {@code xmm6}, {@code ymm6}, {@code zmm6}, and {@code xmm6/64} for the low 64 bits. */
    public String name() {
        return register().name() + (bits == 64 ? "/64" : "");
    }

    @Override
    public String toString() {
        return name();
    }
}
