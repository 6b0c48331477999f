// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Registers.*;
import static io.trapeze.trampolines.abi.AbiField.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.KReg;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ControlWords;
import io.trapeze.trampolines.abi.PreservedVector;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.List;

/**
 * What survives a voluntary switch, besides RSP and the program counter: emits its way into a Gobuf and back.
 *
 * <p>It is exactly what the ABI makes a callee preserve, because whoever switches calls a function to do so.
 */
public final class SwitchState {
    private final Abi abi;
    private final Gobuf gobuf;
    private final ControlWords controlWords;
    private final List<IndexReg> general;
    private final Omission omission;

    private SwitchState(Abi abi, ControlWords controlWords, List<IndexReg> general, Omission omission) {
        this.abi = abi;
        this.gobuf = Gobuf.of(abi);
        this.controlWords = controlWords;
        this.general = general;
        this.omission = omission;
    }

    /** Returns everything that the ABI preserves. */
    public static SwitchState of(Abi abi) {
        return new SwitchState(abi, abi.controlWords(), abi.preservedGeneral(), Omission.NONE);
    }

    /** Returns this state without control words: for code that is known not to change them between two switches. */
    public SwitchState withoutControlWords() {
        return new SwitchState(abi, ControlWords.VOLATILE, general, omission);
    }

    /** Returns this state without a register whose value every switch sets anew, because it is pinned to the goroutine. */
    public SwitchState without(IndexReg pinned) {
        return new SwitchState(
                abi, controlWords, general.stream().filter(r -> r != pinned).toList(), omission);
    }

    /**
     * Returns this state without what is to be forgotten, though the ABI preserves it; the layout stays.
     *
     * @throws IllegalArgumentException if the ABI does not preserve one of the registers
     */
    public SwitchState omitting(Omission forgotten) {
        forgotten.requirePreserved(abi);
        return new SwitchState(
                abi,
                controlWords,
                general.stream().filter(r -> !forgotten.names(r)).toList(),
                forgotten);
    }

    Abi abi() {
        return abi;
    }

    /** Returns the layout that the state is kept in. */
    public Gobuf gobuf() {
        return gobuf;
    }

    /** Whether a register comes back: then it cannot hold the Gobuf's address while it does. */
    public boolean restores(IndexReg register) {
        return general.contains(register) || register == rbp && restoresRbp();
    }

    /** Whether RBP comes back, too. */
    boolean restoresRbp() {
        return abi.preservesRbp() && !omission.names(rbp);
    }

    private List<PreservedVector> vectors() {
        return abi.preservedVectors().stream().filter(v -> !omission.names(v)).toList();
    }

    private List<KReg> masks() {
        return abi.preserved().masks().stream().filter(m -> !omission.names(m)).toList();
    }

    // spotless:off
    /**
     * Emits the saves. Reads all preserved registers, changes none but {@code scratch}; the stack is not touched.
     *
     * @param base holds the address of the Gobuf
     * @param scratch is destroyed if the ABI has a thread block
     */
    public void save(Assembler a, IndexReg base, IndexReg scratch) {
        if (restoresRbp()) {
            a.mov(gobuf.bp(base), rbp) .because("frame pointer").serves(PRESERVED_RBP.is(true));
        }
        for (IndexReg register : general) {
            a.mov(gobuf.slot(base, register), register) .because("callee-saved").serves(PRESERVED_GENERAL.of(register));
        }
        for (PreservedVector vector : vectors()) {
            VectorMove.store(a, base, gobuf.offset(vector), vector);
            a.because("callee-saved, " + vector.bits() + " bits").serves(PRESERVED_VECTORS.of(vector));
        }
        for (KReg mask : masks()) {
            a.avx512().kmovq(gobuf.slot(base, mask), mask) .because("callee-saved").serves(PRESERVED_MASKS.of(mask));
        }
        if (controlWords.mxcsr()) {
            a.stmxcsr(gobuf.mxcsr(base)) .because("rounding and exception masks").serves(CONTROL_MXCSR.is(true));
        }
        if (controlWords.x87()) {
            a.fnstcw(gobuf.x87(base)) .because("x87 control word").serves(CONTROL_X87.is(true));
        }
        for (ThreadBlock.Field field : abi.threadFields()) {
            a.mov(scratch, abi.threadOperand(field)) .because(field.name() + " as it is now").serves(THREAD_STACK_BOUNDS.of(field.name()));
            a.mov(gobuf.slot(base, field), scratch)  .because("kept with its stack").serves(THREAD_STACK_BOUNDS.of(field.name()));
        }
    }

    /**
     * Emits the restores. Everything the ABI preserves but RSP comes back; {@code base} keeps its value.
     *
     * @param base holds the address of the Gobuf; not a preserved register
     * @param scratch is destroyed if the ABI has a thread block
     */
    public void restore(Assembler a, IndexReg base, IndexReg scratch) {
        restoreThreadBlock(a, base, scratch);
        restoreRegisters(a, base);
    }

    /** Emits the restores but the thread block's. */
    void restoreRegisters(Assembler a, IndexReg base) {
        if (controlWords.mxcsr()) {
            a.ldmxcsr(gobuf.mxcsr(base)) .because("rounding and exception masks").serves(CONTROL_MXCSR.is(true));
        }
        if (controlWords.x87()) {
            a.fldcw(gobuf.x87(base)) .because("x87 control word").serves(CONTROL_X87.is(true));
        }
        a.unwind(Callers.suspended(abi, base)); // the first register of the old caller's is about to go
        for (PreservedVector vector : vectors()) {
            VectorMove.load(a, base, gobuf.offset(vector), vector);
            a.because("callee-saved, " + vector.bits() + " bits").serves(PRESERVED_VECTORS.of(vector));
        }
        for (KReg mask : masks()) {
            a.avx512().kmovq(mask, gobuf.slot(base, mask)) .because("callee-saved").serves(PRESERVED_MASKS.of(mask));
        }
        for (IndexReg register : general) {
            a.mov(register, gobuf.slot(base, register)) .because("callee-saved").serves(PRESERVED_GENERAL.of(register));
        }
        if (restoresRbp()) {
            a.mov(rbp, gobuf.bp(base)) .because("frame pointer").serves(PRESERVED_RBP.is(true));
        }
    }

    /**
     * Emits the stack bounds' way from a Gobuf to the thread block; nothing if the ABI has none. It belongs before RSP
     * moves: between the two, an exception must find the old bounds or the new ones together with a stack they admit.
     */
    public void restoreThreadBlock(Assembler a, Reg64 base, IndexReg scratch) {
        for (ThreadBlock.Field field : abi.threadFields()) {
            a.mov(scratch, gobuf.slot(base, field))  .because(field.name() + " of the stack to come").serves(THREAD_STACK_BOUNDS.of(field.name()));
            a.mov(abi.threadOperand(field), scratch) .because("before RSP is there").serves(THREAD_STACK_BOUNDS.of(field.name()));
        }
    }

    /** Emits the goroutine's way from a Gobuf to the register that is pinned to it; nothing if none is. */
    void restorePinned(Assembler a, Reg64 base) {
        abi.pinned().g().ifPresent(g ->
            a.mov(g, gobuf.g(base)) .because("the goroutine that runs from now on").serves(PINNED_G.is(g)));
    }
    // spotless:on
}
