// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi.file;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.KReg;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.emitter.operand.Xmm;
import io.trapeze.trampolines.abi.AbiField;
import io.trapeze.trampolines.abi.PreservedVector;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What sort of value a key takes. */
enum Shape {
    /** A text. */
    TEXT("a text in quotes"),
    /** Whether something is so. */
    FLAG("true or false"),
    /** 64-bit general registers but RSP. */
    GENERAL("a list of general registers, as in [\"rdi\", \"rsi\"]"),
    /** Vector registers, by their low 128 bits. */
    VECTORS("a list of vector registers, as in [\"xmm0\", \"xmm1\"]"),
    /** Vector registers with the width that is preserved. */
    WIDE_VECTORS("a list of vector registers, as in [\"xmm6/64\", \"xmm7\", \"ymm8\", \"zmm9\"]"),
    /** Mask registers. */
    MASKS("a list of mask registers, as in [\"k4\", \"k5\"]"),
    /** General registers and xmm0 to xmm15. */
    ZERO("a list of general registers and of xmm0 to xmm15, as in [\"xmm15\"]"),
    /** Bytes. */
    SIZE("a number of bytes, as in 128"),
    /** Bytes, or {@code "none"}. */
    OPTIONAL_SIZE("a number of bytes, or \"none\""),
    /** A general register, or {@code "none"}. */
    OPTIONAL_REGISTER("a general register, as in \"r14\", or \"none\""),
    /** A word for the direction flag. */
    DIRECTION("\"clear\" or \"unspecified\""),
    /** A segment register with a base, or none. */
    SEGMENT("\"gs\", \"fs\" or \"none\""),
    /** Fields of the thread's control block. */
    BOUNDS("a list of fields, as in [{ name = \"StackBase\", offset = 0x8 }]");

    private final String expected;

    Shape(String expected) {
        this.expected = expected;
    }

    /** Returns what to write, in words. */
    String expected() {
        return expected;
    }

    /** Returns what a field of the description takes. */
    static Shape of(AbiField field) {
        return switch (field) {
            case NAME -> TEXT;
            case ARGUMENTS_INTEGER, RESULTS_INTEGER, PRESERVED_GENERAL -> GENERAL;
            case ARGUMENTS_VECTORS, RESULTS_VECTORS -> VECTORS;
            case PRESERVED_VECTORS -> WIDE_VECTORS;
            case PRESERVED_MASKS -> MASKS;
            case ARGUMENTS_POSITIONAL,
                    PRESERVED_RBP,
                    PRESERVED_OVERLAP,
                    CONTROL_MXCSR,
                    CONTROL_X87,
                    STACK_SPILL,
                    STACK_MACHINE_FRAMES -> FLAG;
            case CALLS_DIRECTION_FLAG -> DIRECTION;
            case CALLS_ZERO -> ZERO;
            case STACK_ALIGNMENT, STACK_SHADOW, STACK_RED_ZONE, STACK_INTERRUPT_SKIP -> SIZE;
            case GROWTH_GUARD, GROWTH_PROBE -> OPTIONAL_SIZE;
            case PINNED_G, PINNED_M -> OPTIONAL_REGISTER;
            case THREAD_SEGMENT -> SEGMENT;
            case THREAD_STACK_BOUNDS -> BOUNDS;
        };
    }

    /** Whether it is a list of names. */
    boolean listsNames() {
        return this == GENERAL || this == VECTORS || this == WIDE_VECTORS || this == MASKS || this == ZERO;
    }

    /** Returns what one name stands for, in words. */
    String noun() {
        return switch (this) {
            case VECTORS, WIDE_VECTORS -> "vector register";
            case MASKS -> "mask register";
            case GENERAL, OPTIONAL_REGISTER -> "general register";
            default -> "register";
        };
    }

    /** Whether a name may stand here. */
    boolean takes(String name) {
        return switch (this) {
            case GENERAL, OPTIONAL_REGISTER ->
                Registers.named(name).filter(r -> r instanceof IndexReg).isPresent();
            case VECTORS -> Registers.named(name).filter(r -> r instanceof Xmm).isPresent();
            case WIDE_VECTORS -> PreservedVector.named(name).isPresent();
            case MASKS -> Registers.named(name).filter(r -> r instanceof KReg).isPresent();
            case ZERO -> GENERAL.takes(name) || VECTORS.takes(name);
            default -> words().contains(name);
        };
    }

    /** Returns the names that may have been meant. */
    List<String> words() {
        return switch (this) {
            case GENERAL -> general();
            case VECTORS -> vectors("xmm").toList();
            case WIDE_VECTORS ->
                Stream.concat(
                                Stream.of("xmm", "ymm", "zmm").flatMap(Shape::vectors),
                                vectors("xmm").map(name -> name + "/64"))
                        .toList();
            case MASKS -> IntStream.range(0, 8).mapToObj(n -> "k" + n).toList();
            case ZERO ->
                Stream.concat(general().stream(), vectors("xmm").limit(16)).toList();
            case OPTIONAL_REGISTER ->
                Stream.concat(general().stream(), Stream.of(Value.NONE.word())).toList();
            case OPTIONAL_SIZE -> List.of(Value.NONE.word());
            case DIRECTION -> List.of("clear", "unspecified");
            case SEGMENT -> List.of("gs", "fs", Value.NONE.word());
            default -> List.of();
        };
    }

    private static List<String> general() {
        List<String> names = new ArrayList<>();
        for (int number = 0; number < 16; number++) {
            if (Registers.gp64(number) instanceof IndexReg register) {
                names.add(register.name());
            }
        }
        return names;
    }

    private static Stream<String> vectors(String kind) {
        return IntStream.range(0, 32).mapToObj(n -> kind + n);
    }
}
