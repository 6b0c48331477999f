// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi.file;

import io.trapeze.trampolines.abi.AbiField;

/** What the keys of an ABI file mean, in a line each. */
public final class Meaning {
    private Meaning() {}

    /** Returns what a key means and what it takes. */
    public static String of(AbiField field) {
        return switch (field) {
            case NAME -> "What listings and messages call it; the file's name unless given.";
            case ARGUMENTS_INTEGER ->
                "General registers of integer and pointer arguments, in order; with none, all are on the stack.";
            case ARGUMENTS_VECTORS -> "Vector registers of floating-point arguments, in order.";
            case ARGUMENTS_POSITIONAL -> "Whether the n-th argument takes the n-th register of its class, as on Win64.";
            case RESULTS_INTEGER -> "General registers of integer results, in order; at least one.";
            case RESULTS_VECTORS -> "Vector registers of floating-point results, in order.";
            case PRESERVED_GENERAL ->
                "General registers that a callee gives back, but rsp and rbp, in the order of their slots.";
            case PRESERVED_RBP -> "Whether a callee gives back rbp.";
            case PRESERVED_VECTORS ->
                "Vector registers that a callee gives back: xmm6/64 is 64 bits of it, xmm6 128, ymm6 256, zmm6 512.";
            case PRESERVED_MASKS -> "Mask registers that a callee gives back: k0 to k7.";
            case PRESERVED_OVERLAP -> "Whether registers of arguments and results may be among them.";
            case CONTROL_MXCSR -> "Whether a callee gives back the control bits of MXCSR.";
            case CONTROL_X87 -> "Whether a callee gives back the x87 control word.";
            case CALLS_DIRECTION_FLAG -> "The direction flag at calls and returns: \"clear\" or \"unspecified\".";
            case CALLS_ZERO -> "Registers that are zero at calls and returns: general ones and xmm0 to xmm15.";
            case STACK_ALIGNMENT -> "What rsp is a multiple of before a call: 8, 16, 32 or 64 bytes.";
            case STACK_SHADOW ->
                "Bytes above the return address for the callee's register arguments: a multiple of 8 up to 128.";
            case STACK_SPILL ->
                "Whether the caller reserves 8 bytes for each register argument, above the stack arguments.";
            case STACK_RED_ZONE -> "Bytes below rsp that a leaf function may use: a multiple of 8 up to 256.";
            case STACK_INTERRUPT_SKIP ->
                "Bytes below rsp that an interrupt leaves alone: a multiple of 8, the red zone up to 256.";
            case STACK_MACHINE_FRAMES -> "Whether walks over the stack need machine frames, as on Windows.";
            case GROWTH_GUARD ->
                "Where the stack's limit is, in bytes from g, for code that compares rsp with it; or \"none\".";
            case GROWTH_PROBE ->
                "From what size on a frame is touched step by step: a power of two, 256 to 65536; or \"none\".";
            case PINNED_G -> "The register that holds the goroutine everywhere; or \"none\".";
            case PINNED_M -> "The register that holds the carrier everywhere; or \"none\".";
            case THREAD_SEGMENT ->
                "The segment whose base is the thread's control block: \"gs\" or \"fs\"; or \"none\".";
            case THREAD_STACK_BOUNDS ->
                "Fields of that block with the stack's bounds, by name and offset, in the order of writing.";
        };
    }
}
