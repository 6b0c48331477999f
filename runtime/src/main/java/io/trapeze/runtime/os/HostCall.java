// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import java.util.List;

/**
 * A call of the system that emitted code makes by itself: how it is reached, and what it is passed.
 *
 * @param target system call or function
 * @param arguments integers, in the order in which the target takes them
 */
public record HostCall(Target target, List<Argument> arguments) {
    /** What is called. */
    public sealed interface Target permits SystemCall, Function {}

    /**
     * A call of the kernel, by the instruction {@code syscall}: it changes rax, rcx and r11, and needs no stack.
     *
     * @param number goes into eax
     */
    public record SystemCall(int number) implements Target {}

    /**
     * A function that follows the system's calling convention.
     *
     * @param address where it is, for the life of the process
     */
    public record Function(long address) implements Target {}

    /** What is passed. */
    public sealed interface Argument permits Constant, Value {}

    /**
     * The same number each time.
     *
     * @param value an int, or a long
     */
    public record Constant(long value) implements Argument {}

    /** What the caller has at hand. */
    public enum Value implements Argument {
        /** The address of the word of 32 bits that is waited on. */
        ADDRESS,
        /** What that word is expected to hold. */
        EXPECTED,
        /** The address of a copy of what that word is expected to hold. */
        ADDRESS_OF_EXPECTED
    }

    public HostCall {
        arguments = List.copyOf(arguments);
    }

    /** A call of the kernel. */
    public static HostCall system(int number, Argument... arguments) {
        return new HostCall(new SystemCall(number), List.of(arguments));
    }

    /** A call of a function. */
    public static HostCall function(long address, Argument... arguments) {
        return new HostCall(new Function(address), List.of(arguments));
    }

    /** An argument that is the same each time. */
    public static Argument constant(long value) {
        return new Constant(value);
    }
}
