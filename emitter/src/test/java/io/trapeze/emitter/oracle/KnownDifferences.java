// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import static io.trapeze.emitter.oracle.ReferenceAssembler.GNU_AS;
import static io.trapeze.emitter.oracle.ReferenceAssembler.LLVM_MC;

import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Mem;
import java.util.List;
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
    ABSOLUTE_TARGET(
            LLVM_MC,
            "llvm-mc 14 reads 'jmp qword ptr [0x10]' as a direct jump to 0x10",
            s -> (s.mnemonic().equals("jmp") || s.mnemonic().equals("call")) && isAbsolute(s)),
    RSTORSSP_SIZE(
            LLVM_MC,
            "llvm-mc 14 wants 'dword ptr' with rstorssp, which reads a quadword",
            s -> s.mnemonic().equals("rstorssp"));

    private static final List<KnownDifferences> ALL = List.of(values());

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
        return explains(RSTORSSP_SIZE, assembler, sample) || explains(ABSOLUTE_TARGET, assembler, sample);
    }

    /** Whether a known difference concerns the sample. */
    static boolean concern(ReferenceAssembler assembler, Sample sample) {
        return ALL.stream().anyMatch(d -> explains(d, assembler, sample));
    }

    /** Whether this is a known difference in which our bytes are no more than theirs. */
    static boolean allow(ReferenceAssembler assembler, Sample sample, String ours, String theirs) {
        return ours.length() <= theirs.length() && concern(assembler, sample);
    }

    private static boolean explains(KnownDifferences difference, ReferenceAssembler assembler, Sample sample) {
        return difference.assembler == assembler && difference.concerns.test(sample);
    }

    private static boolean isAbsolute(Sample sample) {
        return sample.operands().get(0) instanceof Mem mem
                && mem.address().base() == Address.NONE
                && mem.address().index() == Address.NONE;
    }
}
