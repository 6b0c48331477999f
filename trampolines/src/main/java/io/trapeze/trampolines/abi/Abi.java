// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.emitter.operand.Xmm;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A calling convention, as far as the primitives depend on it.
 *
 * @param name what users call it
 * @param integerArguments registers of the first integer arguments, in order; later arguments are on the stack
 * @param result register of an integer result
 * @param preservedGeneral callee-saved general registers but RSP and RBP, in the order of their Gobuf slots
 * @param preservesRbp whether RBP is callee-saved; it has a Gobuf field of its own
 * @param preservedVectors callee-saved vector registers (all 128 bits of each), in the order of their Gobuf slots
 * @param controlWords callee-saved control words
 * @param stack alignment, shadow space and red zone
 * @param threadBlock stack bounds in the thread's control block, if the system keeps any
 */
public record Abi(
        String name,
        List<IndexReg> integerArguments,
        IndexReg result,
        List<IndexReg> preservedGeneral,
        boolean preservesRbp,
        List<Xmm> preservedVectors,
        ControlWords controlWords,
        StackRules stack,
        Optional<ThreadBlock> threadBlock) {

    /** System V x86-64 psABI: Linux, macOS, the BSDs. */
    public static final Abi SYSTEM_V = new Abi(
            "sysv",
            List.of(rdi, rsi, rdx, rcx, r8, r9),
            rax,
            List.of(rbx, r12, r13, r14, r15),
            true,
            List.of(),
            ControlWords.PRESERVED,
            new StackRules(16, 0, 128, 128),
            Optional.empty());

    /**
     * The Windows x64 calling convention.
     *
     * <p>It has no red zone; an interrupt skips 128 bytes all the same, so that the preemption frame has one shape. Its unwind
     * codes can say where registers are saved, but not that RSP is: only a machine frame can.
     */
    public static final Abi WIN64 = new Abi(
            "win64",
            List.of(rcx, rdx, r8, r9),
            rax,
            List.of(rbx, rdi, rsi, r12, r13, r14, r15),
            true,
            List.of(xmm6, xmm7, xmm8, xmm9, xmm10, xmm11, xmm12, xmm13, xmm14, xmm15),
            ControlWords.PRESERVED,
            new StackRules(16, 32, 0, 128, true),
            Optional.of(ThreadBlock.TEB));

    /**
     * Copies the lists and checks that the description does not contradict itself.
     *
     * @throws AbiException if it does; the message names the field and the register
     */
    public Abi {
        integerArguments = List.copyOf(integerArguments);
        preservedGeneral = List.copyOf(preservedGeneral);
        preservedVectors = List.copyOf(preservedVectors);
        distinct("arguments.integer", integerArguments);
        distinct("preserved.general", preservedGeneral);
        distinct("preserved.vectors", preservedVectors);
        if (name.isBlank()) {
            throw new AbiException("name: it is empty; listings and messages call the ABI by it");
        }
        if (preservedGeneral.contains(rbp)) {
            throw new AbiException("preserved.general: rbp has a Gobuf field of its own, say preserved.rbp = true");
        }
        for (Reg64 argument : integerArguments) {
            if (preservedGeneral.contains(argument) || (preservesRbp && argument == rbp)) {
                throw new AbiException("arguments.integer: " + argument
                        + " is preserved as well, and a register cannot be both; drop it from one of the two lists");
            }
        }
        if (preservedGeneral.contains(result) || (preservesRbp && result == rbp)) {
            throw new AbiException("result: " + result
                    + " is preserved as well, so it could carry no result; choose a volatile register");
        }
        for (Xmm vector : preservedVectors) {
            if (vector.number() > 15) {
                throw new AbiException("preserved.vectors: " + vector + " exists only with AVX-512; use xmm0 to xmm15");
            }
        }
    }

    /** The stack bounds in the thread's control block, in the order in which they are written; none if the system keeps none. */
    public List<ThreadBlock.Field> threadFields() {
        return threadBlock.isPresent() ? threadBlock.get().fields() : List.of();
    }

    /** One of {@link #threadFields} as an operand. */
    public Mem.Qword threadOperand(ThreadBlock.Field field) {
        return threadBlock.orElseThrow().operand(field);
    }

    /** The built-in descriptions. */
    public static List<Abi> builtIn() {
        return List.of(SYSTEM_V, WIN64);
    }

    /** Finds a built-in description by its name. */
    public static Optional<Abi> named(String name) {
        return builtIn().stream().filter(a -> a.name().equals(name)).findFirst();
    }

    /** Whether a callee must preserve {@code register}. */
    public boolean preserves(Reg64 register) {
        return register == rsp || (register == rbp ? preservesRbp : preservedGeneral.contains(register));
    }

    /**
     * Returns {@code count} registers that a callee may change and that carry none of the first {@code arguments}
     * integer arguments, in the order of their numbers.
     *
     * @param reserved registers that the caller has a use for already
     * @throws AbiException if the convention leaves too few
     */
    public List<IndexReg> scratch(int count, int arguments, Reg64... reserved) {
        Set<Reg64> taken = new HashSet<>(integerArguments.subList(0, Math.min(arguments, integerArguments.size())));
        taken.addAll(List.of(reserved));
        List<IndexReg> free = new ArrayList<>();
        for (int number = 0; number < 16 && free.size() < count; number++) {
            if (Registers.gp64(number) instanceof IndexReg register
                    && !preserves(register)
                    && !taken.contains(register)) {
                free.add(register);
            }
        }
        if (free.size() < count) {
            throw new AbiException("ABI '" + name + "' leaves " + free.size() + " of the " + count
                    + " scratch registers that the code needs: every other register is preserved, holds one of the"
                    + " first " + arguments + " arguments or is in use" + (reserved.length == 0 ? "" : " (")
                    + Stream.of(reserved).map(Reg64::name).collect(Collectors.joining(", "))
                    + (reserved.length == 0 ? "" : ")") + "; make " + (count - free.size())
                    + " more general registers volatile");
        }
        return free;
    }

    private static void distinct(String field, List<?> registers) {
        Set<Object> seen = new HashSet<>();
        for (Object register : registers) {
            if (!seen.add(register)) {
                throw new AbiException(field + ": " + register + " is listed twice");
            }
        }
    }
}
