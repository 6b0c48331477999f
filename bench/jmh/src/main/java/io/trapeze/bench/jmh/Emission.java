// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.jmh;

import static io.trapeze.emitter.operand.Mem.dword;
import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Mem.word;
import static io.trapeze.emitter.operand.Mem.ymmword;
import static io.trapeze.emitter.operand.Mem.zmmword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.bench.jmh.block.GraalBlock;
import io.trapeze.bench.jmh.block.JnrBlock;
import io.trapeze.bench.jmh.block.TrapezeBlock;
import io.trapeze.bench.jmh.block.TrapezeByName;
import io.trapeze.bench.jmh.block.TrapezeGenerator;
import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Scale;
import io.trapeze.emitter.operand.Segment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One block of {@value TrapezeBlock#INSTRUCTIONS} instructions, the same bytes, by each emitter. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Emission {
    private final Assembler assembler = new Assembler(false);
    private final GraalBlock graal = new GraalBlock();
    private final JnrBlock jnr = new JnrBlock();

    /** Straight, into an assembler that was emptied. */
    @Benchmark
    public int trapeze() {
        assembler.clear();
        TrapezeBlock.emit(assembler);
        return assembler.sizeSoFar();
    }

    /** Straight, after forms of all kinds have been through the same code. */
    @Benchmark
    public int trapezeMixed(AllKinds used) {
        return trapeze();
    }

    /** By methods and loops, into an assembler that was emptied. */
    @Benchmark
    public int trapezeGenerator() {
        assembler.clear();
        TrapezeGenerator.emit(assembler);
        return assembler.sizeSoFar();
    }

    /** By the names of instructions, into an assembler that was emptied. */
    @Benchmark
    public int trapezeByName() {
        assembler.clear();
        TrapezeByName.emit(assembler);
        return assembler.sizeSoFar();
    }

    /** Straight, laid out, and copied into a blob. */
    @Benchmark
    public CodeBlob trapezeFinished() {
        TrapezeBlock.emit(assembler);
        return assembler.finish("block");
    }

    /** Into an assembler that was emptied. */
    @Benchmark
    public int graal() {
        graal.emit();
        return graal.size();
    }

    /** Into new assemblers. */
    @Benchmark
    public int jnr() {
        jnr.emit();
        return jnr.size();
    }

    /** Takes the encoder's code through other kinds of forms, so that the compiler finds no branch never taken. */
    @State(Scope.Thread)
    public static class AllKinds {
        private static final int TIMES = 20_000;

        /** Emits. */
        @Setup
        public void emit() {
            Assembler a = new Assembler(false);
            for (int i = 0; i < TIMES; i++) {
                a.clear();
                Label label = a.here();
                a.lock().add(qword(rdi, 8), rax);
                a.mov(rax, qword(Address.absolute(8).in(Segment.FS)));
                a.mov(r8, qword(rax, rcx, Scale.X8, 1000));
                a.lea(rax, ptr(label));
                a.mov(dword(rsi), 1);
                a.add(rax, 1000);
                a.add(word(rsi), ax);
                a.mov(sil, al);
                a.push(rbx);
                a.sse().pshufb(xmm9, xmm1);
                a.avx().vmovdqa(ymm1, ymm9);
                a.avx().vmovdqu(ymmword(rdi, 32), ymm9);
                a.avx512().vmovdqu64(zmmword(rdi, 64), zmm17);
                a.jmp(label);
                a.finish("kinds");
            }
        }
    }
}
