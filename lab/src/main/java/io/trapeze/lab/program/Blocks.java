// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.program;

import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * One block of native memory for each goroutine, by which it and Java tell each other things. The first words take the first
 * thing that the goroutine finds wrong; the rest is the program's. Offsets in bytes.
 */
final class Blocks implements AutoCloseable {
    /** What was wrong: 0 for nothing, else its place in the program's list of names, from 1. */
    private static final int WHAT = 0;

    private static final int EXPECTED = 8;
    private static final int FOUND = 16;
    /** How many rounds the goroutine has done, or as much of its work as its program calls one. */
    static final int ROUNDS = 24;
    /** The first word that is the program's own. */
    static final int OWN = 32;

    private static final int CACHE_LINE = 64;

    private final NativeMemory memory;
    private final int count;
    private final int size;

    /**
     * @param bytes of a block; more may be taken, so that no two goroutines write to one cache line
     */
    Blocks(int count, int bytes) {
        this.count = count;
        this.size = bytes + CACHE_LINE - 1 & -CACHE_LINE;
        this.memory = NativeMemory.allocate(OperatingSystem.current(), (long) count * size);
    }

    /** Returns the address of a goroutine's block. */
    long address(int goroutine) {
        return memory.address() + (long) goroutine * size;
    }

    long get(int goroutine, int offset) {
        return memory.getLongVolatile((long) goroutine * size + offset);
    }

    void put(int goroutine, int offset, long value) {
        memory.putLongVolatile((long) goroutine * size + offset, value);
    }

    /** Whether a goroutine has found anything wrong. */
    boolean isWrong(int goroutine) {
        return get(goroutine, WHAT) != 0;
    }

    /** Adds up one word of all blocks. */
    long sum(int offset) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += get(i, offset);
        }
        return sum;
    }

    static Mem.Qword what(Reg64 block) {
        return Mem.qword(block, WHAT);
    }

    static Mem.Qword expected(Reg64 block) {
        return Mem.qword(block, EXPECTED);
    }

    static Mem.Qword found(Reg64 block) {
        return Mem.qword(block, FOUND);
    }

    static Mem.Qword rounds(Reg64 block) {
        return Mem.qword(block, ROUNDS);
    }

    /**
     * Tells the verdict what goroutines found wrong.
     *
     * @param names what can be wrong, in the order of their numbers
     */
    void tell(Verdict verdict, List<String> names) {
        tell(verdict, names, name -> "");
    }

    /**
     * Tells the verdict what goroutines found wrong.
     *
     * @param rule what to say of a name besides
     */
    void tell(Verdict verdict, List<String> names, UnaryOperator<String> rule) {
        for (int i = 0; i < count; i++) {
            long what = get(i, WHAT);
            if (what != 0) {
                String name = names.get((int) what - 1);
                verdict.fail("goroutine %d after %,d rounds: %s: expected 0x%x, found 0x%x%s"
                        .formatted(i, get(i, ROUNDS), name, get(i, EXPECTED), get(i, FOUND), rule.apply(name)));
            }
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
