// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

/**
 * A place in a blob that depends on the address of a symbol defined elsewhere.
 *
 * @param offset the place, in bytes from the blob's start
 * @param kind what is written there
 * @param symbol the symbol's name
 * @param addend what is added to the symbol's address
 */
public record Relocation(int offset, Kind kind, String symbol, long addend) {

    /** What a relocation writes. */
    public enum Kind {
        /** Four bytes: symbol + addend − the place's own address (ELF {@code R_X86_64_PC32}). */
        RELATIVE_32,
        /** The same in a branch, where a linker may lead it by way of another branch (ELF {@code R_X86_64_PLT32}). */
        BRANCH_32,
        /** Eight bytes: symbol + addend (ELF {@code R_X86_64_64}). */
        ABSOLUTE_64
    }
}
