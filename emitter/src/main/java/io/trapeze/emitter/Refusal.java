// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.decode.FormDecoder;
import io.trapeze.emitter.encoding.OperandBits;
import io.trapeze.emitter.isa.Descriptor;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.Guard;
import io.trapeze.emitter.isa.InstructionTable;
import io.trapeze.emitter.isa.OperandKind;
import io.trapeze.emitter.isa.OperandSpec;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Broadcast;
import io.trapeze.emitter.operand.Decoration;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Moffs;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Registers;
import java.util.ArrayList;
import java.util.List;

/** Says why the encoder refuses an instruction, with the operands put together again from its register codes. */
final class Refusal {
    private Refusal() {}

    static RuntimeException of(long d, int said, int bits, int v, int displacement, Label label, long value) {
        Form form = InstructionTable.shipped().form(Descriptor.id(d));
        boolean inMemory = form.opEn().has('M') && OperandBits.isMemory(bits);
        Mem mem = inMemory ? memory(form, bits, displacement, label) : null;
        int reg = OperandBits.regCode(bits);
        int rm = mem != null ? 0 : OperandBits.rmCode(bits);
        List<Operand> operands = new ArrayList<>();
        for (int i = 0; i < form.operands().size(); i++) {
            OperandKind kind = form.operands().get(i).kind();
            operands.add(
                    switch (form.field(i)) {
                        case 'M', 'O' ->
                            mem != null ? mem : Registers.of(kind.register().orElseThrow(), rm);
                        case 'R' -> Registers.of(kind.register().orElseThrow(), reg);
                        case 'V' -> Registers.of(kind.register().orElseThrow(), v);
                        case 'S' -> Registers.of(kind.register().orElseThrow(), (int) (value >> 4));
                        case 'I' -> new Immediate(value);
                        case 'D' -> Moffs.at(value);
                        default -> FormDecoder.fixed(kind);
                    });
        }
        int codes = reg | v | rm | (form.opEn().has('S') ? (int) (value >> 4) : 0);
        String reason = objection(d, said, mem != null);
        return EncodingException.refused(
                new Decoration(said), form.mnemonic(), operands, reason.isEmpty() ? reason(d, codes, value) : reason);
    }

    /** Puts a memory operand together again. */
    private static Mem memory(Form form, int bits, int displacement, Label label) {
        int size = form.operands().stream()
                .map(OperandSpec::kind)
                .filter(OperandKind::allowsMemory)
                .mapToInt(OperandKind::memoryBits)
                .findFirst()
                .orElse(0);
        Address address = new Address(bits & ~OperandBits.BROADCAST, displacement, label);
        return OperandBits.broadcast(bits) != 0
                ? Broadcast.of(form.broadcastBits(), address, 0)
                : Mem.of(size, address);
    }

    /** Returns why a form does not take what was said of the instruction; empty if it takes it. */
    static String objection(long d, int said, boolean memory) {
        if ((said & Decoration.LOCK) != 0 && !(memory && Descriptor.lockable(d))) {
            return Descriptor.lockable(d)
                    ? "LOCK needs a memory destination: only an access to memory can be locked"
                    : "LOCK is legal only before instructions that read and write memory, such as xadd, and add if memory comes first";
        }
        if ((said & Decoration.SEGMENT) != 0 && !Descriptor.segmentable(d)) {
            return "FS and GS are legal only before instructions about memory that is no operand, such as lodsb and movsb: a"
                    + " memory operand says itself in which segment it is";
        }
        if ((said & (Decoration.MASK | Decoration.ZEROING)) != 0 && !Descriptor.masked(d)) {
            return "a write mask is legal only with the AVX-512 forms whose first operand has {k}";
        }
        if ((said & Decoration.ZEROING) != 0 && !Descriptor.zeroing(d, memory)) {
            return "zeroing is legal only with forms that have {z}, and into registers: memory is left as it is, so merge";
        }
        if ((said & Decoration.ZEROING) != 0 && (said & Decoration.MASK) == 0) {
            return "zeroing needs a mask that says where: k1 to k7";
        }
        if ((said & Decoration.ROUNDING) != 0) {
            boolean suppressing = (said & Decoration.SAE) == Decoration.SAE;
            if (!(suppressing ? Descriptor.suppressing(d) : Descriptor.rounding(d))) {
                return suppressing
                        ? "{sae} alone is legal only with forms that have {sae}: those with {er} name a rounding mode"
                        : "a rounding mode is legal only with forms that have {er}: scalars and vectors of 512 bits";
            }
            return memory ? "rounding and {sae} are legal between registers only: load the operand first" : "";
        }
        return "";
    }

    private static String reason(long d, int codes, long value) {
        if (!Guard.isLow(codes) && Descriptor.prefixing(d) != Descriptor.EVEX) {
            return "vector registers 16 to 31 exist only in EVEX encodings (AVX-512): use a register below 16, or an"
                    + " instruction that has one, such as vmovdqu64";
        }
        if (!Descriptor.immediateFits(d, value)) {
            return "immediate " + value + " does not fit; it must be in " + Descriptor.lowestImmediate(d) + " … "
                    + Descriptor.highestImmediate(d)
                    + (value == (int) value ? "" : "; a mov to a 64-bit register takes any value");
        }
        return "ah, bh, ch and dh exist only without a REX prefix, and another operand needs one: use al, bl, cl or dl,"
                + " or move the byte first";
    }
}
