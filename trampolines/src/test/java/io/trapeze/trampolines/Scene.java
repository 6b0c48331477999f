// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.KReg;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ArgumentRules.Place;
import io.trapeze.trampolines.abi.CallState;
import io.trapeze.trampolines.abi.PreservedVector;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * A goroutine on its stack, about to be switched: two stacks, two Gobufs and a thread block full of random values, and a
 * {@link Processor} to run a primitive on.
 */
final class Scene {
    static final long STACK_TOP = 0x10_0000;
    static final long G0_STACK_TOP = 0x20_0000;
    static final long G = 0x30_0000;
    static final long SCHED = 0x31_0008; // no multiple of 16: a Gobuf is aligned to 8 only
    static final long G0_GOBUF = 0x32_0008;
    static final long FUNCTION = 0x50_0000;
    static final long RETURN_ADDRESS = 0x60_0000;
    private static final int STACK_BYTES = 0x1_0000;

    final Abi abi;
    final Gobuf gobuf;
    final Processor processor = new Processor();
    final Memory memory = processor.memory;
    final Random random;
    /** RSP on entry to the primitive; the return address is there. */
    long entry;

    Scene(Abi abi, long seed) {
        this.abi = abi;
        this.gobuf = Gobuf.of(abi);
        this.random = new Random(seed);
        memory.fill(STACK_TOP - 0x1000, STACK_TOP, random);
        fillGobuf(SCHED);
        fillGobuf(G0_GOBUF);
        memory.set8(G0_GOBUF + Gobuf.SP, G0_STACK_TOP);
        fields().forEach(f -> memory.set8(Processor.THREAD_BLOCK + f.offset(), random.nextLong()));
        processor.trash(random);
        if (abi.calls().directionFlag() == CallState.DirectionFlag.CLEAR) {
            processor.flags &= ~Processor.DIRECTION;
        }
    }

    private void fillGobuf(long address) {
        memory.fill(address, address + gobuf.size(), random);
    }

    List<ThreadBlock.Field> fields() {
        return abi.threadBlock().map(ThreadBlock::fields).orElse(List.of());
    }

    /**
     * Enters a primitive as its ABI asks: aligned, arguments in their places, the return address on top of the stack, and the
     * goroutine where it is pinned. What has to be zero at calls is not: no primitive relies on it.
     */
    void enter(long... arguments) {
        entry = STACK_TOP - 1024 - 8;
        assertThat((entry + 8) % 64).isZero();
        processor.general[4] = entry;
        memory.set8(entry, RETURN_ADDRESS);
        List<Place> places = abi.arguments().integerPlaces(arguments.length);
        for (int i = 0; i < arguments.length; i++) {
            if (places.get(i) instanceof Place.General in) {
                processor.general[in.register().number()] = arguments[i];
            } else {
                memory.set8(entry + 8 + abi.stack().shadow() + 8L * ((Place.Stack) places.get(i)).word(), arguments[i]);
            }
        }
        abi.pinned().g().ifPresent(g -> processor.general[g.number()] = G);
    }

    /** Makes zero what the ABI wants zero at calls and returns. */
    void setZero(Processor p) {
        for (Register register : abi.calls().zero()) {
            if (register instanceof Reg64) {
                p.general[register.number()] = 0;
            } else {
                Arrays.fill(p.vectors[register.number()], 0, 16, (byte) 0);
            }
        }
    }

    /** Checks that all is zero that the ABI wants zero at calls and returns. */
    void assertZero(String where) {
        for (Register register : abi.calls().zero()) {
            if (register instanceof Reg64 general) {
                assertThat(general(general)).as(register + " " + where).isZero();
            } else {
                assertThat(Arrays.copyOf(processor.vectors[register.number()], 16))
                        .as(register + " " + where)
                        .containsOnly(0);
            }
        }
    }

    /** The goroutine in the register that is pinned to it; nothing if none is. */
    Optional<Long> pinnedG() {
        return abi.pinned().g().map(this::general);
    }

    /** The first integer argument, seen from inside a callee that was just called. */
    long firstArgument() {
        return abi.arguments().integerPlaces(1).get(0) instanceof Place.General in
                ? general(in.register())
                : memory.read8(processor.rsp() + 8 + abi.stack().shadow());
    }

    /** Bytes above its return address that a callee with so many integer arguments may write: homes, and stack arguments. */
    private int calleesBytes(int arguments) {
        long onTheStack = abi.arguments().integerPlaces(arguments).stream()
                .filter(place -> place instanceof Place.Stack)
                .count();
        long spilled = abi.stack().spill() ? arguments - onTheStack : 0;
        return abi.stack().shadow() + 8 * (int) (onTheStack + spilled);
    }

    /** What others do that run in between: they change everything but the carrier's register. */
    void trash(Processor p) {
        Optional<Long> m = abi.pinned().m().map(this::general);
        p.trash(random);
        m.ifPresent(value -> p.general[abi.pinned().m().orElseThrow().number()] = value);
    }

    /** What a hostile callee of one argument and an integer result does that still obeys the ABI. */
    void callee(Processor p) {
        procedure(p, 1);
        p.general[abi.result().number()] = random.nextLong();
    }

    /**
     * What a hostile callee without a result does that still obeys the ABI: homes into its shadow space and its arguments, and
     * trashes all that is volatile.
     */
    void procedure(Processor p, int arguments) {
        Processor before = p.copy();
        memory.fill(p.rsp() - 512, p.rsp(), random);
        memory.fill(p.rsp() + 8, p.rsp() + 8 + calleesBytes(arguments), random);
        p.trash(random);
        List<IndexReg> kept = new ArrayList<>(abi.preservedGeneral());
        kept.addAll(abi.pinned().all());
        kept.forEach(r -> p.general[r.number()] = before.general[r.number()]);
        if (abi.preservesRbp()) {
            p.general[5] = before.general[5];
        }
        abi.preservedVectors()
                .forEach(v -> System.arraycopy(before.vectors[v.number()], 0, p.vectors[v.number()], 0, v.bytes()));
        abi.preserved().masks().forEach(k -> p.masks[k.number()] = before.masks[k.number()]);
        if (abi.controlWords().mxcsr()) {
            p.mxcsr = before.mxcsr;
        }
        if (abi.controlWords().x87()) {
            p.x87 = before.x87;
        }
        setZero(p);
        p.flags &= ~Processor.DIRECTION;
    }

    /** What the ABI preserves besides RSP and the stack bounds, by name. */
    Map<String, Object> preserved() {
        Map<String, Object> state = new LinkedHashMap<>();
        for (IndexReg register : abi.preservedGeneral()) {
            state.put(register.name(), general(register));
        }
        if (abi.preservesRbp()) {
            state.put("rbp", general(Registers.rbp));
        }
        for (PreservedVector vector : abi.preservedVectors()) {
            state.put(
                    vector.name(), Arrays.toString(Arrays.copyOf(processor.vectors[vector.number()], vector.bytes())));
        }
        for (KReg mask : abi.preserved().masks()) {
            state.put(mask.name(), processor.masks[mask.number()]);
        }
        if (abi.controlWords().mxcsr()) {
            state.put("mxcsr", processor.mxcsr);
        }
        if (abi.controlWords().x87()) {
            state.put("x87", processor.x87);
        }
        abi.pinned().m().ifPresent(m -> state.put("the carrier in " + m, general(m)));
        return state;
    }

    /** The same after a call that returned an integer. */
    Map<String, Object> preservedByReturning() {
        Map<String, Object> state = preserved();
        state.remove(abi.result().name());
        return state;
    }

    /** The same, as the Gobuf at {@code base} holds it, and as the processor does what no Gobuf holds. */
    Map<String, Object> saved(long base) {
        Map<String, Object> state = new LinkedHashMap<>();
        for (IndexReg register : abi.preservedGeneral()) {
            state.put(register.name(), memory.read8(base + gobuf.offset(register)));
        }
        if (abi.preservesRbp()) {
            state.put("rbp", memory.read8(base + Gobuf.BP));
        }
        for (PreservedVector vector : abi.preservedVectors()) {
            state.put(vector.name(), Arrays.toString(memory.read(base + gobuf.offset(vector), vector.bytes())));
        }
        for (KReg mask : abi.preserved().masks()) {
            state.put(mask.name(), memory.read8(base + gobuf.offset(mask)));
        }
        if (abi.controlWords().mxcsr()) {
            state.put("mxcsr", (int) LittleEndian.number(memory.read(base + gobuf.mxcsrOffset(), 4)));
        }
        if (abi.controlWords().x87()) {
            state.put("x87", (int) LittleEndian.number(memory.read(base + gobuf.x87Offset(), 2)));
        }
        abi.pinned().m().ifPresent(m -> state.put("the carrier in " + m, general(m)));
        return state;
    }

    /** The stack bounds in the thread block. */
    List<Long> bounds() {
        return fields().stream()
                .map(f -> memory.read8(Processor.THREAD_BLOCK + f.offset()))
                .toList();
    }

    /** The stack bounds in a Gobuf. */
    List<Long> bounds(long base) {
        return fields().stream().map(f -> memory.read8(base + gobuf.offset(f))).toList();
    }

    long general(Reg64 register) {
        return processor.general[register.number()];
    }

    /** Checks that RSP is aligned at the one call made, and that shadow space and more fits below the stack's top. */
    void assertCallIsFit(long stackTop) {
        assertThat(processor.calls).hasSize(1);
        long rsp = processor.calls.get(0).rsp();
        assertThat(rsp % abi.stack().alignment())
                .as("RSP at the call, mod alignment")
                .isZero();
        assertThat(rsp + calleesBytes(1)).as("top of what the callee may write").isLessThanOrEqualTo(stackTop);
    }

    /** Checks that all writes of the primitive lie in Gobuf fields, the thread block, or below the given stack pointers. */
    void assertWritesStayWithin(long goroutineTop, long g0Top) {
        assertThat(memory.writes())
                .as("writes")
                .allMatch(w -> w.within(SCHED, SCHED + gobuf.size())
                        || fields().stream()
                                .anyMatch(f -> w.within(
                                        Processor.THREAD_BLOCK + f.offset(), Processor.THREAD_BLOCK + f.offset() + 8))
                        || w.within(goroutineTop - STACK_BYTES, goroutineTop)
                        || w.within(g0Top - STACK_BYTES, g0Top));
    }

    /** Checks that the thread block had the bounds of g0, or of whatever stack came, before RSP left for it. */
    void assertBoundsWereSetBeforeRspMovedTo(long low, long high) {
        int writesBefore = processor.stackMoves.stream()
                .filter(m -> m[0] > low && m[0] <= high)
                .findFirst()
                .map(m -> (int) m[1])
                .orElseThrow(() -> new AssertionError("RSP never reached that stack"));
        List<Memory.Write> early = memory.writes().subList(0, writesBefore);
        for (ThreadBlock.Field field : fields()) {
            assertThat(early)
                    .as("writes before RSP moved")
                    .contains(new Memory.Write(Processor.THREAD_BLOCK + field.offset(), 8));
        }
    }

    static long stackBytes() {
        return STACK_BYTES;
    }
}
