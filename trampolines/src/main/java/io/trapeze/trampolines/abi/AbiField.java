// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi;

import java.util.Arrays;
import java.util.Optional;

/**
 * The fields of an ABI description by their paths: the one vocabulary of description files, of error messages and of the rules
 * that emitted instructions {@linkplain io.trapeze.emitter.Assembler#serves serve}.
 */
public enum AbiField {
    /** What users call the ABI. */
    NAME("name"),
    /** Registers of integer arguments. */
    ARGUMENTS_INTEGER("arguments.integer"),
    /** Registers of floating-point and vector arguments. */
    ARGUMENTS_VECTORS("arguments.vectors"),
    /** Whether the n-th argument takes the n-th register. */
    ARGUMENTS_POSITIONAL("arguments.positional"),
    /** Registers of integer results. */
    RESULTS_INTEGER("results.integer"),
    /** Registers of floating-point and vector results. */
    RESULTS_VECTORS("results.vectors"),
    /** Callee-saved general registers. */
    PRESERVED_GENERAL("preserved.general"),
    /** Whether RBP is callee-saved. */
    PRESERVED_RBP("preserved.rbp"),
    /** Callee-saved vector registers. */
    PRESERVED_VECTORS("preserved.vectors"),
    /** Callee-saved mask registers. */
    PRESERVED_MASKS("preserved.masks"),
    /** Whether registers of arguments and results may be preserved as well. */
    PRESERVED_OVERLAP("preserved.overlap"),
    /** Whether the control bits of MXCSR are callee-saved. */
    CONTROL_MXCSR("control.mxcsr"),
    /** Whether the x87 control word is callee-saved. */
    CONTROL_X87("control.x87"),
    /** What the direction flag is at calls and returns. */
    CALLS_DIRECTION_FLAG("calls.direction_flag"),
    /** Registers that are zero at calls and returns. */
    CALLS_ZERO("calls.zero"),
    /** What RSP is a multiple of before a call. */
    STACK_ALIGNMENT("stack.alignment"),
    /** Space above the return address for the callee's register arguments. */
    STACK_SHADOW("stack.shadow"),
    /** Whether each register argument has a word of its own above the stack arguments. */
    STACK_SPILL("stack.spill"),
    /** Bytes below RSP that code may use. */
    STACK_RED_ZONE("stack.red_zone"),
    /** Bytes below RSP that an interrupt leaves alone. */
    STACK_INTERRUPT_SKIP("stack.interrupt_skip"),
    /** Whether walks over the stack need machine frames. */
    STACK_MACHINE_FRAMES("stack.machine_frames"),
    /** Where the lowest RSP is found that a function may go on with. */
    GROWTH_GUARD("growth.guard"),
    /** From what size on a frame is touched step by step. */
    GROWTH_PROBE("growth.probe"),
    /** The register that holds the goroutine. */
    PINNED_G("pinned.g"),
    /** The register that holds the carrier. */
    PINNED_M("pinned.m"),
    /** The segment whose base is the thread's control block. */
    THREAD_SEGMENT("thread.segment"),
    /** Fields of the thread's control block with the bounds of its stack. */
    THREAD_STACK_BOUNDS("thread.stack_bounds");

    private final String path;

    AbiField(String path) {
        this.path = path;
    }

    /** Returns the path, for example {@code stack.red_zone}. */
    public String path() {
        return path;
    }

    /** Returns the rule that one element of a list makes: {@code preserved.general: rbx}. */
    public String of(Object element) {
        return path + ": " + element;
    }

    /** Returns the rule that a value makes: {@code stack.shadow = 32}. */
    public String is(Object value) {
        return path + " = " + value;
    }

    /** Finds a field by its path. */
    public static Optional<AbiField> at(String path) {
        return Arrays.stream(values()).filter(field -> field.path.equals(path)).findFirst();
    }

    @Override
    public String toString() {
        return path;
    }
}
