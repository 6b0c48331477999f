// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A calling convention, as far as the primitives and call bridges depend on it.
 *
 * <p>Variants are made of others: {@code Abi.SYSTEM_V.named("mine").preserving(r10, r12, r13, r14, r15)}. Each step must be a
 * description without contradictions.
 *
 * @param name what users call it
 * @param arguments where arguments are
 * @param results where results are
 * @param preserved registers that a callee gives back
 * @param controlWords control words that a callee gives back
 * @param calls what is so at each call and return
 * @param stack alignment, shadow space and red zone
 * @param growth what is checked before a stack is used further
 * @param pinned registers with one meaning everywhere
 * @param threadBlock stack bounds in the thread's control block, if the system keeps any
 */
public record Abi(
        String name,
        ArgumentRules arguments,
        ResultRules results,
        PreservedSet preserved,
        ControlWords controlWords,
        CallState calls,
        StackRules stack,
        GrowthCheck growth,
        PinnedRegisters pinned,
        Optional<ThreadBlock> threadBlock) {

    /** System V x86-64: Linux, macOS, the BSDs ("System V Application Binary Interface, AMD64 Supplement", section 3.2). */
    public static final Abi SYSTEM_V = new Abi(
            "sysv",
            new ArgumentRules(
                    List.of(rdi, rsi, rdx, rcx, r8, r9),
                    List.of(xmm0, xmm1, xmm2, xmm3, xmm4, xmm5, xmm6, xmm7),
                    false),
            new ResultRules(List.of(rax, rdx), List.of(xmm0, xmm1)),
            PreservedSet.NONE.withGeneral(rbx, r12, r13, r14, r15).withRbp(true),
            ControlWords.PRESERVED,
            CallState.USUAL,
            new StackRules(16, 0, 128, 128),
            GrowthCheck.NONE,
            PinnedRegisters.NONE,
            Optional.empty());

    /**
     * Windows x64 (Microsoft, "x64 calling convention" and "x64 stack usage").
     *
     * <p>It has no red zone; an interrupt skips 128 bytes all the same, so that the preemption frame has one shape. Its unwind
     * codes can say where registers are saved, but not that RSP is: only a machine frame can.
     */
    public static final Abi WIN64 = new Abi(
            "win64",
            new ArgumentRules(List.of(rcx, rdx, r8, r9), List.of(xmm0, xmm1, xmm2, xmm3), true),
            new ResultRules(List.of(rax), List.of(xmm0)),
            PreservedSet.NONE
                    .withGeneral(rbx, rdi, rsi, r12, r13, r14, r15)
                    .withRbp(true)
                    .withVectors(xmm6, xmm7, xmm8, xmm9, xmm10, xmm11, xmm12, xmm13, xmm14, xmm15),
            ControlWords.PRESERVED,
            CallState.USUAL,
            new StackRules(16, 32, 0, 128).withMachineFrames(true),
            new GrowthCheck.Probe(4096),
            PinnedRegisters.NONE,
            Optional.of(ThreadBlock.TEB));

    /**
     * Checks that the parts do not contradict each other.
     *
     * @throws AbiException if they do; the message names the field, the register and what would help
     */
    public Abi {
        if (name.isBlank()) {
            throw new AbiException(AbiField.NAME, "it is empty; listings and messages call the ABI by it");
        }
        new Contradictions(arguments, results, preserved, calls, pinned).refuse(growth);
    }

    /** The built-in descriptions: {@link BuiltInAbis}. */
    public static List<Abi> builtIn() {
        return BuiltInAbis.all();
    }

    /** Finds a built-in description by its name. */
    public static Optional<Abi> builtIn(String name) {
        return builtIn().stream().filter(a -> a.name().equals(name)).findFirst();
    }

    /** Registers of the first integer arguments, in order; later arguments are on the stack. */
    public List<IndexReg> integerArguments() {
        return arguments.integer();
    }

    /** The register of an integer result. */
    public IndexReg result() {
        return results.integer().get(0);
    }

    /** Callee-saved general registers but RSP and RBP, in the order of their Gobuf slots. */
    public List<IndexReg> preservedGeneral() {
        return preserved.general();
    }

    /** Whether RBP is callee-saved. */
    public boolean preservesRbp() {
        return preserved.rbp();
    }

    /** Callee-saved vector registers, in the order of their Gobuf slots. */
    public List<PreservedVector> preservedVectors() {
        return preserved.vectors();
    }

    /** The stack bounds in the thread's control block, in the order in which they are written; none if the system keeps none. */
    public List<ThreadBlock.Field> threadFields() {
        return threadBlock.isPresent() ? threadBlock.get().fields() : List.of();
    }

    /** One of {@link #threadFields} as an operand. */
    public Mem.Qword threadOperand(ThreadBlock.Field field) {
        return threadBlock.orElseThrow().operand(field);
    }

    /**
     * Whether a callee must preserve a register: of a vector, some of its bits. Where arguments and results
     * {@linkplain PreservedSet#overlap overlap}, the register that a result is in is not preserved by the call that returns it.
     */
    public boolean preserves(Register register) {
        return preserved.contains(register);
    }

    /** Returns this description under another name. */
    public Abi named(String other) {
        return new Abi(other, arguments, results, preserved, controlWords, calls, stack, growth, pinned, threadBlock);
    }

    /** Returns this description with its integer arguments in other registers; without any, all are on the stack. */
    public Abi passing(IndexReg... registers) {
        return with(arguments.withInteger(registers));
    }

    /** Returns this description with its integer results in other registers. */
    public Abi returning(IndexReg... registers) {
        return with(results.withInteger(registers));
    }

    /** Returns this description with these general registers preserved, in the order of their slots, and no others but RBP. */
    public Abi preserving(IndexReg... registers) {
        return with(preserved.withGeneral(registers));
    }

    /** Returns this description with other arguments. */
    public Abi with(ArgumentRules other) {
        return new Abi(name, other, results, preserved, controlWords, calls, stack, growth, pinned, threadBlock);
    }

    /** Returns this description with other results. */
    public Abi with(ResultRules other) {
        return new Abi(name, arguments, other, preserved, controlWords, calls, stack, growth, pinned, threadBlock);
    }

    /** Returns this description with other preserved registers. */
    public Abi with(PreservedSet other) {
        return new Abi(name, arguments, results, other, controlWords, calls, stack, growth, pinned, threadBlock);
    }

    /** Returns this description with other control words. */
    public Abi with(ControlWords other) {
        return new Abi(name, arguments, results, preserved, other, calls, stack, growth, pinned, threadBlock);
    }

    /** Returns this description with another state at calls. */
    public Abi with(CallState other) {
        return new Abi(name, arguments, results, preserved, controlWords, other, stack, growth, pinned, threadBlock);
    }

    /** Returns this description with other rules for the stack. */
    public Abi with(StackRules other) {
        return new Abi(name, arguments, results, preserved, controlWords, calls, other, growth, pinned, threadBlock);
    }

    /** Returns this description with another check of the stack's size. */
    public Abi with(GrowthCheck other) {
        return new Abi(name, arguments, results, preserved, controlWords, calls, stack, other, pinned, threadBlock);
    }

    /** Returns this description with other pinned registers. */
    public Abi with(PinnedRegisters other) {
        return new Abi(name, arguments, results, preserved, controlWords, calls, stack, growth, other, threadBlock);
    }

    /** Returns this description with another thread block. */
    public Abi with(ThreadBlock other) {
        return new Abi(
                name, arguments, results, preserved, controlWords, calls, stack, growth, pinned, Optional.of(other));
    }

    /** Returns this description without a thread block. */
    public Abi withoutThreadBlock() {
        return new Abi(
                name, arguments, results, preserved, controlWords, calls, stack, growth, pinned, Optional.empty());
    }

    /**
     * Returns {@code count} registers that a callee may change, that carry none of the first {@code arguments} integer
     * arguments and that have no fixed meaning, in the order of their numbers.
     *
     * @param reserved registers that the caller has a use for already
     * @throws AbiException if the convention leaves too few
     */
    public List<IndexReg> scratch(int count, int arguments, Reg64... reserved) {
        List<IndexReg> free = free(arguments, reserved);
        if (free.size() < count) {
            throw new AbiException(
                    AbiField.PRESERVED_GENERAL,
                    "ABI '" + name + "' leaves " + free.size() + " of the " + count
                            + " scratch registers that the code needs: every other register is preserved, pinned or kept zero, holds"
                            + " one of the first " + arguments + " arguments or is in use"
                            + (reserved.length == 0
                                    ? ""
                                    : Stream.of(reserved).map(Reg64::name).collect(Collectors.joining(", ", " (", ")")))
                            + "; make " + (count - free.size()) + " more general registers volatile");
        }
        return free.subList(0, count);
    }

    /**
     * Returns all registers that {@link #scratch} may choose from.
     *
     * @param arguments number of integer arguments whose registers are in use
     * @param reserved registers that the caller has a use for already
     */
    public List<IndexReg> free(int arguments, Reg64... reserved) {
        Set<Register> taken = new HashSet<>(integerArguments()
                .subList(0, Math.min(arguments, integerArguments().size())));
        taken.addAll(List.of(reserved));
        taken.addAll(pinned.all());
        taken.addAll(calls.zero());
        List<IndexReg> free = new ArrayList<>();
        for (int number = 0; number < 16; number++) {
            if (Registers.gp64(number) instanceof IndexReg register
                    && !preserves(register)
                    && !taken.contains(register)) {
                free.add(register);
            }
        }
        return free;
    }
}
