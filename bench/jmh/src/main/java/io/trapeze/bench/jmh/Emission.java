// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.jmh;

import io.trapeze.bench.jmh.block.GraalBlock;
import io.trapeze.bench.jmh.block.JnrBlock;
import io.trapeze.bench.jmh.block.TrapezeBlock;
import io.trapeze.bench.jmh.block.TrapezeByName;
import io.trapeze.bench.jmh.block.TrapezeGenerator;
import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
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
}
