// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.switches;

import io.trapeze.bench.sampling.Measure;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.sched.MappedPrimitives;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.Primitive;
import java.util.Map;

/**
 * Two contexts that hand control back and forth: no queue, no choice of whom to run next. One is the measuring thread's own
 * stack, which counts round trips down; the other counts the switches that reach it.
 */
final class DirectSwitch implements Measure, AutoCloseable {
    private static final int GOBUF_BYTES = 256;
    private static final int MINE = 0;
    private static final int PARTNER = GOBUF_BYTES;
    private static final int G0 = 2 * GOBUF_BYTES;

    /**
     * Tops of stacks. Their distance is no multiple of a page: a processor first compares the low 12 bits of addresses, and
     * would wait for stores to the other stack.
     */
    private static final int PARTNER_STACK = 16 * 1024;

    private static final int G0_STACK = 32 * 1024 - 1024;
    private static final int BLOCK = 32 * 1024;
    private static final int SWITCHES_PER_TRIP = 2;

    /** Control words as a process starts with them (psABI, section 3.4.1). */
    private static final int DEFAULT_MXCSR = 0x1F80;

    private static final int DEFAULT_X87 = 0x037F;

    private final NativeMemory block;
    private final MappedCode code;
    private final NativeFunction drive;

    private DirectSwitch(NativeMemory block, MappedCode code) {
        this.block = block;
        this.code = code;
        this.drive = code.function("drive");
    }

    /** Emits and maps both contexts' code. */
    static DirectSwitch open(OperatingSystem os, CodeArena arena, MappedPrimitives primitives, HandOver handOver) {
        MappedCode code = arena.map(
                DirectSwitchCode.emit(handOver),
                Map.of(
                        "gogo", primitives.address(Primitive.GOGO),
                        "mcall", primitives.address(Primitive.MCALL)));
        NativeMemory block = NativeMemory.allocate(os, BLOCK);
        long mine = block.address() + MINE;
        long partner = block.address() + PARTNER;
        long g0 = block.address() + G0;
        block.putLong(MINE + Gobuf.CTXT, partner);
        block.putLong(PARTNER + Gobuf.CTXT, mine);
        block.putLong(PARTNER + Gobuf.SP, block.address() + PARTNER_STACK);
        block.putLong(PARTNER + Gobuf.PC, code.address("partner"));
        Gobuf gobuf = DirectSwitchCode.GOBUF;
        block.putLong(PARTNER + gobuf.offset(DirectSwitchCode.MINE), mine);
        block.putLong(PARTNER + gobuf.offset(DirectSwitchCode.PARTNER), partner);
        block.putLong(PARTNER + gobuf.offset(DirectSwitchCode.G0), g0);
        block.putInt(PARTNER + gobuf.mxcsrOffset(), DEFAULT_MXCSR);
        block.putInt(PARTNER + gobuf.x87Offset(), DEFAULT_X87);
        block.putLong(G0 + Gobuf.SP, block.address() + G0_STACK);
        return new DirectSwitch(block, code);
    }

    @Override
    public Elapsed take(long times) {
        long trips = times / SWITCHES_PER_TRIP + 1;
        long before = arrivals();
        long start = System.nanoTime();
        drive.call(trips, block.address() + MINE, block.address() + PARTNER, block.address() + G0);
        long nanos = System.nanoTime() - start;
        long arrived = arrivals() - before;
        if (arrived != trips) {
            throw new IllegalStateException(
                    code + ": " + arrived + " switches reached the partner in " + trips + " round trips");
        }
        return new Elapsed(nanos, trips * SWITCHES_PER_TRIP);
    }

    private long arrivals() {
        return block.getLong(PARTNER + DirectSwitchCode.GOBUF.offset(DirectSwitchCode.ARRIVALS));
    }

    @Override
    public void close() {
        code.close();
        block.close();
    }
}
