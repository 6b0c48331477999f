// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.jmh;

import io.trapeze.bench.jmh.block.TrapezeBlock;
import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;

/**
 * What a fresh Java VM runs: it times its first block, from an assembler that does not exist yet to the finished blob, and
 * prints nanoseconds.
 */
public final class FirstBlock {
    private FirstBlock() {}

    /** Loaded when the block is finished, so that the Java VM's log of classes tells where that was. */
    private static final class Finished {
        static void print(CodeBlob blob, long nanoseconds) {
            System.out.println(blob.size() > 0 ? nanoseconds : Long.MAX_VALUE);
        }
    }

    /** Times and prints. */
    public static void main(String[] arguments) {
        long start = System.nanoTime();
        Assembler assembler = new Assembler(false);
        TrapezeBlock.emit(assembler);
        CodeBlob blob = assembler.finish("block");
        long end = System.nanoTime();
        Finished.print(blob, end - start);
    }
}
