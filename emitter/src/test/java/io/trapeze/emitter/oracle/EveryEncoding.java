// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.isa.Encoding.Prefixing;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.OperandKind;
import io.trapeze.emitter.isa.RegisterClass;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Reg8;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.emitter.operand.Scale;
import io.trapeze.emitter.operand.Segment;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Instructions that together reach what a form can encode: each register in each position, every addressing shape, the
 * values on both sides of each boundary.
 *
 * <p>One position at a time goes through all it allows, with low registers in the others; and, but for most addresses,
 * once more with high ones.
 */
final class EveryEncoding {
    private static final List<Reg64> BASES =
            IntStream.range(0, 16).mapToObj(Registers::gp64).toList();
    private static final List<IndexReg> INDICES = BASES.stream()
            .filter(IndexReg.class::isInstance)
            .map(IndexReg.class::cast)
            .toList();

    private EveryEncoding() {}

    /** Gives the samples of one form that is no branch. */
    static void of(Form form, Consumer<Sample> consumer) {
        if (form.operands().isEmpty()) {
            consumer.accept(new Sample(form.mnemonic(), List.of(), false));
            return;
        }
        for (int varied = 0; varied < form.operands().size(); varied++) {
            for (Operand operand : allowed(form, varied)) {
                for (boolean high : others(form, operand)) {
                    List<Operand> operands = new ArrayList<>();
                    for (int i = 0; i < form.operands().size(); i++) {
                        operands.add(i == varied ? operand : representative(form, i, high));
                    }
                    if (isPossible(form, operands)) {
                        consumer.accept(new Sample(form.mnemonic(), operands, false));
                        if (form.lockable() && operands.get(0) instanceof Mem && !high) {
                            consumer.accept(new Sample(form.mnemonic(), operands, true));
                        }
                    }
                }
            }
        }
    }

    /** Whether the other operands are high registers, then low ones; for memory, which is many, low ones only. */
    private static boolean[] others(Form form, Operand varied) {
        boolean alone = form.operands().size() == 1;
        boolean plain = varied instanceof Mem mem && mem.address().displacement() != 64;
        return alone || plain ? new boolean[] {false} : new boolean[] {false, true};
    }

    private static Operand representative(Form form, int index, boolean high) {
        OperandKind kind = form.operands().get(index).kind();
        if (kind.fixed()) {
            return fixed(kind);
        }
        if (kind.register().isPresent()) {
            List<? extends Register> all = Registers.all(kind.register().get());
            if (all.size() <= 8) {
                return all.get(high ? all.size() - 1 : 1);
            }
            int number = high ? 10 + index : 1 + index;
            boolean upper =
                    high && kind.register().get().vector() && form.encoding().prefixing() == Prefixing.EVEX;
            return all.get(upper ? number + 16 : number);
        }
        return kind.allowsMemory()
                ? Mem.of(kind.memoryBits(), Address.of(high ? Registers.r9 : Registers.rcx, 64))
                : new Immediate(high ? 0x7B : 0x12);
    }

    private static Operand fixed(OperandKind kind) {
        return kind == OperandKind.ONE
                ? new Immediate(1)
                : Registers.named(kind.notation()).orElseThrow();
    }

    private static List<Operand> allowed(Form form, int index) {
        OperandKind kind = form.operands().get(index).kind();
        List<Operand> allowed = new ArrayList<>();
        if (kind.fixed()) {
            allowed.add(fixed(kind));
        } else {
            kind.register().ifPresent(c -> allowed.addAll(registers(form, c)));
            if (kind.allowsMemory()) {
                addresses(form, kind).forEach(address -> allowed.add(Mem.of(kind.memoryBits(), address)));
            }
            if (kind.isImmediate()) {
                immediates(kind).forEach(value -> allowed.add(new Immediate(value)));
            }
        }
        return allowed;
    }

    private static List<Register> registers(Form form, RegisterClass registerClass) {
        boolean upper = registerClass.vector() && form.encoding().prefixing() == Prefixing.EVEX;
        List<Register> registers = new ArrayList<>(Registers.all(registerClass));
        registers.removeIf(register -> register.number() >= 16 && !upper);
        if (registerClass == RegisterClass.GP8) {
            IntStream.range(4, 8).forEach(i -> registers.add(Registers.high8(i)));
        }
        return registers;
    }

    /** Whether the registers can stand together: {@code ah} to {@code bh} with nothing that needs a REX prefix. */
    private static boolean isPossible(Form form, List<Operand> operands) {
        boolean high8 = false;
        boolean rex = form.encoding().w();
        for (Operand operand : operands) {
            if (operand instanceof Reg8 byteRegister && byteRegister.name().endsWith("h")) {
                high8 = true;
            } else if (operand instanceof Register register) {
                rex |= register.number() >= 8 || (register instanceof Reg8 && register.number() >= 4);
            } else if (operand instanceof Mem mem) {
                rex |= mem.address().base() >= 8 || mem.address().index() >= 8;
            }
        }
        return !(high8 && rex);
    }

    private static LongStream immediates(OperandKind kind) {
        return switch (kind) {
            case SIMM8 -> LongStream.of(-128, -127, -1, 0, 1, 2, 126, 127);
            case SIMM32 ->
                LongStream.of(Integer.MIN_VALUE, -32769, -129, -128, -1, 0, 127, 128, 255, 65536, Integer.MAX_VALUE);
            case IMM8 -> LongStream.of(-128, -1, 0, 1, 2, 127, 128, 255);
            case IMM16 ->
                LongStream.of(-32768, -129, -128, -1, 0, 127, 128, 255, 256, 32767, 32768, 65407, 65408, 65535);
            case IMM32 ->
                LongStream.of(
                        Integer.MIN_VALUE,
                        -129,
                        -128,
                        -1,
                        0,
                        127,
                        128,
                        255,
                        65535,
                        65536,
                        Integer.MAX_VALUE,
                        0x8000_0000L,
                        0xFFFF_FF7FL,
                        0xFFFF_FF80L,
                        0xFFFF_FFFFL);
            case IMM64 ->
                LongStream.of(
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
                        Long.MAX_VALUE);
            default -> LongStream.empty();
        };
    }

    /** Every shape with every register; every boundary of the displacement with every base. */
    private static Set<Address> addresses(Form form, OperandKind kind) {
        int scale = form.encoding().prefixing() == Prefixing.EVEX ? kind.memoryBits() / 8 : 1;
        Set<Address> addresses = new LinkedHashSet<>();
        for (Reg64 base : BASES) {
            for (int displacement : displacements(scale)) {
                addresses.add(Address.of(base, displacement));
            }
            addresses.add(Address.of(base, 64));
            addresses.add(Address.of(base, Registers.rcx, Scale.X2, 0));
            addresses.add(Address.of(base, Registers.r12, Scale.X1, 64));
        }
        for (IndexReg index : INDICES) {
            for (Scale factor : Scale.values()) {
                addresses.add(Address.of(Registers.rax, index, factor, 64));
                addresses.add(Address.of(Registers.r13, index, factor, 0x1234_5678));
                addresses.add(Address.of(index, factor, 0));
                addresses.add(Address.of(index, factor, -129));
            }
        }
        for (int displacement : displacements(scale)) {
            addresses.add(Address.absolute(displacement));
            addresses.add(Address.rip(displacement));
        }
        for (Segment segment : List.of(Segment.FS, Segment.GS)) {
            for (Reg64 base : BASES) {
                addresses.add(Address.of(base, 16).in(segment));
                addresses.add(Address.of(base, Registers.r10, Scale.X8, 0).in(segment));
            }
            addresses.add(Address.absolute(0x28).in(segment));
            addresses.add(Address.absolute(-16).in(segment));
            addresses.add(Address.rip(0x28).in(segment));
            addresses.add(Address.of(Registers.rbx, Scale.X4, 8).in(segment));
        }
        return addresses;
    }

    private static Set<Integer> displacements(int scale) {
        Set<Integer> displacements =
                new LinkedHashSet<>(List.of(0, 1, -1, 127, 128, -128, -129, Integer.MAX_VALUE, Integer.MIN_VALUE));
        if (scale > 1) {
            displacements.addAll(List.of(
                    scale,
                    -scale,
                    127 * scale,
                    128 * scale,
                    -128 * scale,
                    -129 * scale,
                    127 * scale + 1,
                    -127 * scale - 1));
        }
        return displacements;
    }

    /** Whether the form is a branch, which is tried in whole programs instead. */
    static boolean isBranch(Form form) {
        return form.operands().stream().anyMatch(o -> o.kind().isBranch());
    }
}
