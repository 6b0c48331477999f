// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.operand.Xmm;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The conventions that need no file: those of systems and compilers, and some variants to compare them with. */
public final class BuiltInAbis {
    /**
     * System V as a switch library without control words takes it, the seed of this one: five general registers and RBP are
     * saved, nothing else.
     */
    public static final Abi SEED_SYSTEM_V = Abi.SYSTEM_V.named("seed-sysv").with(ControlWords.VOLATILE);

    /**
     * Win64 as the same library takes it: no control words, of the thread block the two fields that the exception dispatcher
     * checks, and no frames for walks over the stack.
     */
    public static final Abi SEED_WIN64 = Abi.WIN64
            .named("seed-win64")
            .with(ControlWords.VOLATILE)
            .with(ThreadBlock.TEB_LIMITS)
            .with(Abi.WIN64.stack().withMachineFrames(false))
            .with(GrowthCheck.NONE);

    /**
     * Go's ABIInternal on amd64 (Go source, {@code src/cmd/compile/abi-internal.md}; {@code stackguard0} by
     * {@code src/runtime/runtime2.go}).
     *
     * <p>A callee preserves RSP and RBP only. Callers reserve spill space for register arguments. RDX is left out: it carries
     * the closure's context, and the primitives call none.
     */
    public static final Abi GO = new Abi(
            "go",
            new ArgumentRules(List.of(rax, rbx, rcx, rdi, rsi, r8, r9, r10, r11), vectors(0, 14), false),
            new ResultRules(List.of(rax, rbx, rcx, rdi, rsi, r8, r9, r10, r11), vectors(0, 14)),
            PreservedSet.NONE.withRbp(true),
            new ControlWords(true, false),
            CallState.USUAL.withZero(xmm15),
            new StackRules(8, 0, 0, 0).withSpill(true),
            new GrowthCheck.Guard(16),
            PinnedRegisters.NONE.withG(r14),
            Optional.empty());

    /**
     * Clang's {@code preserve_all} on System V (Clang, "Attributes in Clang"; LLVM, {@code CSR_64_RT_AllRegs_AVX} in
     * {@code X86CallingConv.td}), as code compiled for AVX has it: everything but R11 comes back, arguments included.
     *
     * <p>Without AVX it is the low 128 bits of each vector.
     */
    public static final Abi PRESERVE_ALL = Abi.SYSTEM_V
            .named("preserve-all")
            .with(PreservedSet.NONE
                    .withOverlap(true)
                    .withGeneral(rbx, r12, r13, r14, r15, rax, rcx, rdx, rsi, rdi, r8, r9, r10)
                    .withRbp(true)
                    .withVectors(IntStream.range(0, 16)
                            .mapToObj(n -> new PreservedVector(n, 256))
                            .toList()));

    /**
     * Clang's {@code preserve_none} (Clang 19, "Attributes in Clang"): RSP and RBP alone come back, and twelve registers carry
     * arguments.
     */
    public static final Abi PRESERVE_NONE = Abi.SYSTEM_V
            .named("preserve-none")
            .preserving()
            .passing(r12, r13, r14, r15, rdi, rsi, rdx, rcx, r8, r9, r11, rax);

    /** System V with every argument on the stack, as 32-bit conventions have it. */
    public static final Abi STACK_ARGUMENTS =
            Abi.SYSTEM_V.named("stack-args").with(new ArgumentRules(List.of(), List.of(), false));

    /** Windows' {@code __vectorcall} (Microsoft, "__vectorcall"): Win64 with vectors in six registers, and four for results. */
    public static final Abi VECTORCALL = Abi.WIN64
            .named("vectorcall")
            .with(Abi.WIN64.arguments().withVectors(xmm0, xmm1, xmm2, xmm3, xmm4, xmm5))
            .with(Abi.WIN64.results().withVectors(xmm0, xmm1, xmm2, xmm3));

    /** System V without its red zone, as kernels are compiled ({@code -mno-red-zone}): an interrupt skips nothing. */
    public static final Abi SYSTEM_V_NO_RED_ZONE =
            Abi.SYSTEM_V.named("sysv-noredzone").with(Abi.SYSTEM_V.stack().withRedZone(0, 0));

    private static final List<Abi> ALL = List.of(
            Abi.SYSTEM_V,
            Abi.WIN64,
            SEED_SYSTEM_V,
            SEED_WIN64,
            GO,
            PRESERVE_ALL,
            PRESERVE_NONE,
            STACK_ARGUMENTS,
            VECTORCALL,
            SYSTEM_V_NO_RED_ZONE);

    private BuiltInAbis() {}

    /** Returns all of them, those of systems first. */
    public static List<Abi> all() {
        return ALL;
    }

    private static List<Xmm> vectors(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(n -> xmm(n)).toList();
    }
}
