// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import static io.trapeze.emitter.oracle.ReferenceAssembler.GNU_AS;
import static io.trapeze.emitter.oracle.ReferenceAssembler.LLVM_MC;

import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Broadcast;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Moffs;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Reg16;
import io.trapeze.emitter.operand.Reg32;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.emitter.operand.SReg;
import io.trapeze.emitter.operand.Segment;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Where another assembler rightly writes other bytes, or cannot read the line: each class with its reason. */
enum KnownDifferences {
    EXCHANGE_IS_SYMMETRIC(
            LLVM_MC,
            "llvm-mc puts the first register of xchg into ModRM.reg, the manual and GNU as the second: the same exchange",
            s -> s.mnemonic().equals("xchg") && s.operands().stream().noneMatch(Mem.class::isInstance)),
    EXCHANGE_OF_RAX_WITH_ITSELF(
            LLVM_MC,
            "llvm-mc gives 'xchg rax, rax' a REX prefix; it does nothing without one as well, and GNU as saves the byte",
            s -> s.mnemonic().equals("xchg") && s.toString().endsWith("rax, rax")),
    MOVE_OF_A_QUADWORD_HAS_TWO_OPCODES(
            GNU_AS,
            "GNU as moves a quadword between memory and xmm16 to xmm31 with the opcode that also takes r64: as long",
            s -> s.mnemonic().equals("vmovq") && s.operands().stream().anyMatch(Mem.class::isInstance)),
    BRACES_BEHIND_ABSOLUTE_ADDRESS(
            GNU_AS,
            "GNU as reads no mask and no broadcast behind an absolute address without a segment",
            s -> s.operands().stream()
                            .anyMatch(o -> isAbsolute(o) && ((Mem) o).address().segment() == Segment.NONE)
                    && (s.operands().stream().anyMatch(Broadcast.class::isInstance)
                            || s.operands().get(0) instanceof Mem
                                    && !s.decoration().mask().isEmpty())),
    BROADCAST_OF_AN_AFFINE_MATRIX(
            LLVM_MC,
            "llvm-mc 14 takes the matrix that is broadcast for a byte: it has 64 bits",
            s -> s.mnemonic().startsWith("vgf2p8affine")
                    && s.operands().stream().anyMatch(Broadcast.class::isInstance)),
    ABSOLUTE_TARGET(
            LLVM_MC,
            "llvm-mc 14 reads 'jmp qword ptr [0x10]' as a direct jump to 0x10",
            s -> Set.of("call", "jmp").contains(s.mnemonic())
                    && isAbsolute(s.operands().get(0))),
    SHADOW_STACK_TOKEN_SIZE(
            LLVM_MC,
            "llvm-mc 14 wants 'dword ptr' with rstorssp and clrssbsy, which read a quadword",
            s -> Set.of("rstorssp", "clrssbsy").contains(s.mnemonic())),
    NOT_IN_LLVM(
            LLVM_MC,
            "llvm-mc 14 has no such instruction, or none of this name",
            s -> Set.of(
                                    "enterw", "int1", "iretw", "leavew", "pushw", "rdpru", "retfw", "retw", "sysexit",
                                    "sysret", "ud0", "vmgexit", "popw", "aadd", "aand", "aor", "axor")
                            .contains(s.mnemonic())
                    || s.mnemonic().equals("movsxd") && isRegister(s, 0, Reg32.class)),
    FAR_TARGET_SIZE(
            LLVM_MC,
            "llvm-mc 14 takes a far pointer of any size for one of 6 bytes",
            s -> Set.of("call", "jmp").contains(s.mnemonic()) && isMemory(s, 0, 32, 80)),
    FAR_POINTER_OF_TEN_BYTES(
            GNU_AS,
            "GNU as has no memory operand of 2 + 8 bytes",
            s -> isMemory(s, 0, 80) && Set.of("call", "jmp").contains(s.mnemonic())
                    || Set.of("lss", "lfs", "lgs").contains(s.mnemonic()) && isMemory(s, 1, 80)),
    SELECTOR_TO_WORD_REGISTER(
            LLVM_MC,
            "llvm-mc 14 writes 32 bits of a register that is named as 16",
            s -> s.mnemonic().equals("mov") && isRegister(s, 0, Reg16.class) && isRegister(s, 1, SReg.class)),
    SELECTOR_NEEDS_NO_SIZE(
            LLVM_MC,
            "llvm-mc gives moves of a selector an operand-size prefix or REX.W that changes nothing",
            s -> s.mnemonic().equals("mov") && s.operands().stream().anyMatch(SReg.class::isInstance)
                    || Set.of("sldt", "str").contains(s.mnemonic()) && isRegister(s, 0, Reg64.class)),
    ORDER_OF_LEGACY_PREFIXES(
            LLVM_MC,
            "llvm-mc puts a repeat prefix before the operand-size prefix, and this one before a segment: their order has no meaning",
            s -> s.mnemonic().matches("rep.*_.*w")
                    || isInSegment(s) && s.operands().contains(Registers.ax)),
    SEGMENT_BEHIND_REX(
            LLVM_MC,
            "llvm-mc 14 puts REX.W before the segment of an address of 64 bits, where processors pass over it",
            s -> isInSegment(s) && s.operands().contains(Registers.rax));

    private static final List<KnownDifferences> ALL = List.of(values());

    /** Those in which the other assembler refuses the line, or takes it for another instruction. */
    private static final Set<KnownDifferences> UNREADABLE = EnumSet.of(
            BRACES_BEHIND_ABSOLUTE_ADDRESS,
            BROADCAST_OF_AN_AFFINE_MATRIX,
            ABSOLUTE_TARGET,
            SHADOW_STACK_TOKEN_SIZE,
            NOT_IN_LLVM,
            FAR_TARGET_SIZE,
            FAR_POINTER_OF_TEN_BYTES,
            SELECTOR_TO_WORD_REGISTER,
            SEGMENT_BEHIND_REX);

    private final ReferenceAssembler assembler;
    private final String reason;
    private final Predicate<Sample> concerns;

    KnownDifferences(ReferenceAssembler assembler, String reason, Predicate<Sample> concerns) {
        this.assembler = assembler;
        this.reason = reason;
        this.concerns = concerns;
    }

    String reason() {
        return reason;
    }

    /** Whether the other assembler cannot read the line at all, so that it is left out. */
    static boolean isUnreadable(ReferenceAssembler assembler, Sample sample) {
        return UNREADABLE.stream().anyMatch(d -> explains(d, assembler, sample));
    }

    /** Whether a known difference concerns the sample. */
    static boolean concern(ReferenceAssembler assembler, Sample sample) {
        return ALL.stream().anyMatch(d -> explains(d, assembler, sample));
    }

    /** Returns the first known difference that concerns the sample, if there is one. */
    static Optional<KnownDifferences> of(ReferenceAssembler assembler, Sample sample) {
        return ALL.stream().filter(d -> explains(d, assembler, sample)).findFirst();
    }

    private static boolean explains(KnownDifferences difference, ReferenceAssembler assembler, Sample sample) {
        return difference.assembler == assembler && difference.concerns.test(sample);
    }

    private static boolean isInSegment(Sample sample) {
        return sample.operands().stream().anyMatch(o -> o instanceof Moffs far && far.segment() != Segment.NONE);
    }

    private static boolean isMemory(Sample sample, int index, Integer... bits) {
        return sample.operands().size() > index
                && sample.operands().get(index) instanceof Mem mem
                && List.of(bits).contains(mem.bits());
    }

    private static boolean isRegister(Sample sample, int index, Class<? extends Register> type) {
        return sample.operands().size() > index
                && type.isInstance(sample.operands().get(index));
    }

    private static boolean isAbsolute(Operand operand) {
        return operand instanceof Mem mem
                && mem.address().base() == Address.NONE
                && mem.address().index() == Address.NONE;
    }
}
