// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.isa.Encoding.Prefixing;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.OperandKind;
import io.trapeze.emitter.isa.RegisterClass;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Broadcast;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Moffs;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.emitter.operand.Scale;
import io.trapeze.emitter.operand.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * All that one operand position goes through: every register of a class, every address with the values on both sides of
 * each boundary of the displacement, or such values of an immediate.
 *
 * <p>No two choices of an axis have the same encoding.
 *
 * @param choices the operands, at least one
 * @param memory whether they are memory
 */
record Axis(List<Choice> choices, boolean memory) {
    private static final List<Reg64> BASES =
            IntStream.range(0, 16).mapToObj(Registers::gp64).toList();
    private static final List<IndexReg> INDICES = BASES.stream()
            .filter(IndexReg.class::isInstance)
            .map(IndexReg.class::cast)
            .toList();

    private static final long[] QUADWORDS = {
        Long.MIN_VALUE,
        Integer.MIN_VALUE - 1L,
        Integer.MIN_VALUE,
        -1,
        0,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE + 1L,
        0xFFFF_FFFFL,
        0x1_0000_0000L,
        0x1122_3344_5566_7788L,
        Long.MAX_VALUE
    };

    private static Axis of(List<Choice> choices) {
        return new Axis(choices, false);
    }

    int size() {
        return choices.size();
    }

    /** Returns the one operand of a kind that is fixed. */
    static Axis fixed(OperandKind kind) {
        return of(List.of(Choice.of(
                kind.isImmediate()
                        ? new Immediate(Long.parseLong(kind.notation()))
                        : Registers.named(kind.notation()).orElseThrow(),
                kind.notation())));
    }

    /** Returns every register of a class that the form's encoding reaches. */
    static Axis registers(Form form, RegisterClass registerClass) {
        boolean upper = registerClass.vector() && form.encoding().prefixing() == Prefixing.EVEX;
        List<Choice> choices = new ArrayList<>();
        for (Register register : Registers.all(registerClass)) {
            if (register.number() < 16 || upper) {
                choices.add(Choice.of(register));
            }
        }
        if (registerClass == RegisterClass.GP8) {
            IntStream.range(4, 8).forEach(i -> choices.add(Choice.of(Registers.high8(i))));
        }
        return of(choices);
    }

    /**
     * Returns every address: each base or none, with each index and scale or none, or rip; each with every boundary of the
     * displacement and each segment.
     *
     * @param bits the width of the memory operand; 0 for any
     * @param lanes how many elements it becomes, if it is one to broadcast; else 0
     * @param unit the factor of an 8-bit displacement; 1 without EVEX
     */
    static Axis addresses(int bits, int lanes, int unit) {
        List<Address> plain = new ArrayList<>();
        for (int displacement : displacements(unit)) {
            for (Reg64 base : BASES) {
                plain.add(Address.of(base, displacement));
                for (IndexReg index : INDICES) {
                    for (Scale scale : Scale.values()) {
                        plain.add(Address.of(base, index, scale, displacement));
                    }
                }
            }
            for (IndexReg index : INDICES) {
                for (Scale scale : List.of(Scale.X2, Scale.X4, Scale.X8)) {
                    plain.add(Address.of(index, scale, displacement));
                }
            }
            plain.add(Address.absolute(displacement));
            plain.add(Address.rip(displacement));
        }
        List<Choice> choices = new ArrayList<>(plain.size() * Segment.values().length);
        for (Segment segment : Segment.values()) {
            for (Address address : plain) {
                Address own = address.in(segment);
                choices.add(Choice.of(lanes == 0 ? Mem.of(bits, own) : Broadcast.of(bits, own, lanes)));
            }
        }
        return new Axis(choices, true);
    }

    /** Returns addresses that stand in the instruction, with each segment. */
    static Axis offsets() {
        List<Choice> choices = new ArrayList<>();
        for (Segment segment : Segment.values()) {
            for (long offset : QUADWORDS) {
                choices.add(Choice.of(Moffs.at(offset).in(segment)));
            }
        }
        return of(choices);
    }

    private static Set<Integer> displacements(int unit) {
        Set<Integer> displacements =
                new TreeSet<>(List.of(0, 1, -1, 127, 128, -128, -129, Integer.MAX_VALUE, Integer.MIN_VALUE));
        if (unit > 1) {
            displacements.addAll(List.of(
                    unit, -unit, 127 * unit, 128 * unit, -128 * unit, -129 * unit, 127 * unit + 1, -127 * unit - 1));
        }
        return displacements;
    }

    /** Returns the boundaries of an immediate, written with a sign or without, but none in both ways. */
    static Axis immediates(Form form, OperandKind kind) {
        LongStream values = switch (kind) {
            case SIMM8 -> LongStream.of(-128, -127, -1, 0, 1, 2, 126, 127);
            case SIMM32 ->
                LongStream.of(Integer.MIN_VALUE, -32769, -129, -128, -1, 0, 127, 128, 255, 65536, Integer.MAX_VALUE);
            case IMM8 -> LongStream.of(-128, 0, 1, 2, 127, 129, 255);
            case IMM16 -> LongStream.of(-32768, -128, 0, 127, 128, 255, 256, 32767, 32769, 65407, 65535);
            case IMM32 ->
                LongStream.of(
                        Integer.MIN_VALUE,
                        -128,
                        0,
                        127,
                        128,
                        255,
                        65535,
                        65536,
                        Integer.MAX_VALUE,
                        0x8000_0001L,
                        0xFFFF_FF7FL,
                        0xFFFF_FFFFL);
            case IMM64 -> LongStream.of(QUADWORDS);
            default -> throw new AssertionError("no boundaries are known for " + kind);
        };
        return of(values.mapToObj(value -> Choice.of(new Immediate(value), text(form, kind, value)))
                .toList());
    }

    /** An immediate as the bits the processor works with, as the text of instructions has it. */
    private static String text(Form form, OperandKind kind, long value) {
        int bits = kind.signed() ? form.operandBits() : 8 * kind.immediateBytes();
        return "0x" + Long.toHexString(bits == 64 ? value : value & (1L << bits) - 1);
    }
}
