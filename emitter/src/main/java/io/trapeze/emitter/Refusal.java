// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.isa.Descriptor;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.Guard;
import io.trapeze.emitter.isa.InstructionTable;
import io.trapeze.emitter.isa.OperandKind;
import io.trapeze.emitter.isa.OperandSpec;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Registers;
import java.util.ArrayList;
import java.util.List;

/** Says why the encoder refuses an instruction, with the operands put together again from its register codes. */
final class Refusal {
    private Refusal() {}

    static EncodingException of(long d, boolean lock, int reg, int v, int rm, Mem mem, long value) {
        Form form = InstructionTable.shipped().form(Descriptor.id(d));
        List<Operand> operands = new ArrayList<>();
        for (int i = 0; i < form.operands().size(); i++) {
            OperandKind kind = form.operands().get(i).kind();
            operands.add(
                    switch (form.field(i)) {
                        case 'M' ->
                            mem != null ? mem : Registers.of(kind.register().orElseThrow(), rm);
                        case 'O' -> Registers.of(kind.register().orElseThrow(), rm);
                        case 'R' -> Registers.of(kind.register().orElseThrow(), reg);
                        case 'V' -> Registers.of(kind.register().orElseThrow(), v);
                        case 'S' -> Registers.of(kind.register().orElseThrow(), (int) (value >> 4));
                        case 'I' -> new Immediate(value);
                        default -> fixed(kind);
                    });
        }
        String prefix = lock ? "lock " : "";
        int codes = reg | v | rm | (form.opEn().has('S') ? (int) (value >> 4) : 0);
        return EncodingException.refused(prefix, form.mnemonic(), operands, reason(d, lock, codes, mem, value));
    }

    /** Puts a memory operand together again. */
    static Mem memory(long d, int shape, int displacement, Label label) {
        Form form = InstructionTable.shipped().form(Descriptor.id(d));
        int bits = form.operands().stream()
                .map(OperandSpec::kind)
                .filter(OperandKind::allowsMemory)
                .mapToInt(OperandKind::memoryBits)
                .findFirst()
                .orElse(0);
        return Mem.of(bits, Address.of(shape, displacement, label));
    }

    private static Operand fixed(OperandKind kind) {
        return kind == OperandKind.ONE
                ? new Immediate(1)
                : Registers.named(kind.notation()).orElseThrow();
    }

    private static String reason(long d, boolean lock, int codes, Mem mem, long value) {
        if (lock && !(mem != null && Descriptor.lockable(d))) {
            return Descriptor.lockable(d)
                    ? "LOCK needs a memory destination: only an access to memory can be locked"
                    : "LOCK is legal only before instructions that read and write memory, such as add, xadd and cmpxchg";
        }
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
