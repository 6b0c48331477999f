// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.encoding;

/**
 * Everything of an address but its displacement, packed into an {@code int}, so that the encoder needs no object.
 *
 * <pre>
 *  bits 0–3  base register    4  there is a base     14  relative to the next instruction
 *       5–8  index register   9  there is an index   16–23  segment prefix, 0 for none
 *     10–11  log2 of the scale           15  one element, for all of a vector
 * </pre>
 *
 * A missing register has the number 0, so that it leaves no trace in a prefix.
 */
public final class AddressShape {
    /** No base, no index: an absolute address. */
    public static final int ABSOLUTE = 0;
    /** Relative to the next instruction. */
    public static final int RIP = 1 << 14;

    /** One element is read, for every element of a vector. */
    public static final int BROADCAST = 1 << 15;

    private static final int BASE = 1 << 4;
    private static final int INDEX = 1 << 9;

    private AddressShape() {}

    /** Returns the shape of {@code [base]}. */
    public static int base(int register) {
        return BASE | register;
    }

    /** Returns a shape with a scaled index; {@code scale} is log2 of the factor. */
    public static int withIndex(int shape, int register, int scale) {
        return shape | INDEX | register << 5 | scale << 10;
    }

    /** Returns a shape in another segment. */
    public static int withSegment(int shape, int prefix) {
        return shape & 0xFFFF | prefix << 16;
    }

    /** Whether there is a base register. */
    public static boolean hasBase(int shape) {
        return (shape & BASE) != 0;
    }

    /** Whether there is an index register. */
    public static boolean hasIndex(int shape) {
        return (shape & INDEX) != 0;
    }

    /** Whether the address is relative to the next instruction. */
    public static boolean isRip(int shape) {
        return (shape & RIP) != 0;
    }

    /** Returns 1 if one element is read for every element of a vector, else 0. */
    public static int broadcast(int shape) {
        return shape >> 15 & 1;
    }

    /** Returns the base register's number; 0 without one. */
    public static int baseNumber(int shape) {
        return shape & 15;
    }

    /** Returns the index register's number; 0 without one. */
    public static int indexNumber(int shape) {
        return shape >> 5 & 15;
    }

    /** Returns log2 of the index register's factor. */
    public static int scale(int shape) {
        return shape >> 10 & 3;
    }

    /** Returns the segment prefix byte; 0 for none. */
    public static int segment(int shape) {
        return shape >>> 16;
    }
}
