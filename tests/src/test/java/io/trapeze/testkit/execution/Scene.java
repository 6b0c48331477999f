// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.KReg;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ArgumentRules.Place;
import io.trapeze.trampolines.abi.CallState.DirectionFlag;
import io.trapeze.trampolines.abi.PreservedVector;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A goroutine about to be switched, as one ABI has it: what is put in place before a run, and what is read off afterwards. */
final class Scene {
    static final long G = 0x6071_0071_0071_0071L;
    static final int SCHED = 8; // no multiple of 16: a Gobuf is aligned to 8 only
    static final int G0 = 8192 + 8;

    private final Abi abi;
    private final Gobuf gobuf;
    private final Random random;
    private final ProbeMemory memory;
    private final Stacks stacks;
    private final NativeMemory gobufs;
    private final List<ThreadBlock.Field> fields;

    Scene(Bench bench, Abi abi, Random random) {
        this.abi = abi;
        this.gobuf = Gobuf.of(abi);
        this.random = random;
        this.memory = bench.memory();
        this.stacks = bench.stacks();
        this.gobufs = bench.gobufs();
        this.fields = abi.threadFields();
        memory.setFields(fields);
    }

    /** Gives stacks, Gobufs and thread block random values. */
    void randomize() {
        stacks.randomize(random);
        fields.forEach(f -> memory.setThreadField(f, random.nextLong()));
        fillGobuf(SCHED, random.nextLong(), random.nextLong());
        fillGobuf(G0, random.nextLong(), random.nextLong());
    }

    /** Random values in every slot of a Gobuf, but such control words as the processor takes. */
    void fillGobuf(int at, long sp, long pc) {
        byte[] bytes = new byte[gobuf.size()];
        random.nextBytes(bytes);
        gobufs.putBytes(at, bytes);
        gobufs.putLong(at + Gobuf.SP, sp);
        gobufs.putLong(at + Gobuf.PC, pc);
        if (abi.controlWords().mxcsr()) {
            gobufs.putInt(at + gobuf.mxcsrOffset(), random.nextInt() & 0xFFFF);
        }
        if (abi.controlWords().x87()) {
            gobufs.putInt(at + gobuf.x87Offset(), random.nextInt() & 0xF3F | 0x40);
        }
    }

    /**
     * Enters a primitive as its ABI asks: aligned, arguments in their places, the goroutine where it is pinned. What has to be
     * zero at calls is not: no primitive relies on it.
     *
     * @return RSP: the return address belongs there
     */
    long enter(long top, long... arguments) {
        long entry = top - 1024 - 8;
        RegisterState in = memory.entry();
        in.set(rsp, entry);
        List<Place> places = abi.arguments().integerPlaces(arguments.length);
        for (int i = 0; i < arguments.length; i++) {
            if (places.get(i) instanceof Place.General general) {
                in.set(general.register(), arguments[i]);
            } else {
                stacks.put(entry + 8 + abi.stack().shadow() + 8L * ((Place.Stack) places.get(i)).word(), arguments[i]);
            }
        }
        abi.pinned().g().ifPresent(g -> in.set(g, G));
        in.setFlags(in.flags() | direction());
        return entry;
    }

    /** The direction flag at a call or a return: anything, if the ABI leaves it open. */
    private long direction() {
        boolean open = abi.calls().directionFlag() == DirectionFlag.UNSPECIFIED;
        return open && random.nextBoolean() ? RegisterState.DIRECTION : 0;
    }

    /** Lets the next callee be a thunk that obeys the ABI and changes all that is volatile, its shadow space included. */
    void thunkDoesWhatItMay() {
        RegisterState junk = memory.junk();
        RegisterState kept = memory.kept();
        junk.randomize(random);
        junk.setFlags(junk.flags() | direction());
        kept.fill(0);
        NativeMemory block = memory.low().memory();
        List<IndexReg> general = new ArrayList<>(abi.preservedGeneral());
        general.addAll(abi.pinned().all());
        if (abi.preservesRbp()) {
            general.add(rbp);
        }
        general.forEach(r -> kept.set(r, -1));
        kept.set(abi.result(), 0);
        for (PreservedVector vector : abi.preservedVectors()) {
            byte[] ones = new byte[vector.bytes()];
            Arrays.fill(ones, (byte) -1);
            block.putBytes(ProbeMemory.KEPT + RegisterState.vector(vector.number()), ones);
        }
        for (KReg mask : abi.preserved().masks()) {
            block.putLong(ProbeMemory.KEPT + RegisterState.mask(mask.number()), -1);
        }
        block.putInt(
                ProbeMemory.KEPT + RegisterState.MXCSR, abi.controlWords().mxcsr() ? RegisterState.MXCSR_CONTROL : 0);
        block.putInt(ProbeMemory.KEPT + RegisterState.X87, abi.controlWords().x87() ? 0xFFFF : 0);
        for (Register register : abi.calls().zero()) {
            if (register instanceof Reg64 zero) {
                junk.set(zero, 0);
            } else {
                block.putBytes(ProbeMemory.JUNK + RegisterState.vector(register.number()), new byte[16]);
            }
        }
        memory.setHomes(calleesBytes(1));
    }

    /** Lets the next callee change everything: other goroutines run in the meantime. */
    void calleeDoesWhatItLikes() {
        memory.junk().randomize(random);
        memory.junk().setFlags(memory.junk().flags() | (random.nextBoolean() ? RegisterState.DIRECTION : 0));
        memory.kept().fill(0);
        memory.setHomes(abi.stack().shadow());
    }

    /** Bytes above its return address that a callee may write: homes, and arguments on the stack. */
    private int calleesBytes(int arguments) {
        int words = 0;
        for (Place place : abi.arguments().integerPlaces(arguments)) {
            words += place instanceof Place.Stack || abi.stack().spill() ? 1 : 0;
        }
        return abi.stack().shadow() + 8 * words;
    }

    /** The first integer argument of a function that has just been entered with these registers. */
    long firstArgument(RegisterState entered) {
        return abi.arguments().integerPlaces(1).get(0) instanceof Place.General in
                ? entered.get(in.register())
                : stacks.get(entered.get(rsp) + 8 + abi.stack().shadow());
    }

    /** The same of the callee, which has overwritten it by now. */
    long firstArgumentOfCallee() {
        return abi.arguments().integerPlaces(1).get(0) instanceof Place.General in
                ? memory.found().get(in.register())
                : memory.above(abi.stack().shadow());
    }

    /** What the ABI preserves besides RSP and the stack bounds, by name. */
    Map<String, Object> preserved(RegisterState state) {
        Map<String, Object> values = new LinkedHashMap<>();
        abi.preservedGeneral().forEach(r -> values.put(r.name(), state.get(r)));
        if (abi.preservesRbp()) {
            values.put("rbp", state.get(rbp));
        }
        abi.preservedVectors().forEach(v -> values.put(v.name(), HexFormat.of().formatHex(state.get(v))));
        abi.preserved().masks().forEach(k -> values.put(k.name(), state.get(k)));
        if (abi.controlWords().mxcsr()) {
            values.put("mxcsr", state.mxcsr());
        }
        if (abi.controlWords().x87()) {
            values.put("x87 control word", state.x87());
        }
        return values;
    }

    /** The same after a call that returned an integer: sticky flags are the callee's, and so is the result's register. */
    Map<String, Object> preservedByReturning(RegisterState state) {
        Map<String, Object> values = preserved(state);
        values.remove(abi.result().name());
        values.computeIfPresent("mxcsr", (name, value) -> (Integer) value & RegisterState.MXCSR_CONTROL);
        abi.pinned().m().ifPresent(m -> values.put("the carrier in " + m, state.get(m)));
        return values;
    }

    /** The same, as a Gobuf holds it. */
    Map<String, Object> saved(int at) {
        Map<String, Object> values = new LinkedHashMap<>();
        abi.preservedGeneral().forEach(r -> values.put(r.name(), word(at + gobuf.offset(r))));
        if (abi.preservesRbp()) {
            values.put("rbp", word(at + Gobuf.BP));
        }
        abi.preservedVectors()
                .forEach(v -> values.put(
                        v.name(), HexFormat.of().formatHex(gobufs.getBytes(at + gobuf.offset(v), v.bytes()))));
        abi.preserved().masks().forEach(k -> values.put(k.name(), word(at + gobuf.offset(k))));
        if (abi.controlWords().mxcsr()) {
            values.put("mxcsr", gobufs.getInt(at + gobuf.mxcsrOffset()));
        }
        if (abi.controlWords().x87()) {
            values.put("x87 control word", gobufs.getInt(at + gobuf.x87Offset()) & 0xFFFF);
        }
        return values;
    }

    /** A word of a Gobuf. */
    long word(int at) {
        return gobufs.getLong(at);
    }

    long address(int at) {
        return gobufs.address() + at;
    }

    byte[] gobuf(int at) {
        return gobufs.getBytes(at, gobuf.size());
    }

    /** The stack bounds in the thread block. */
    List<Long> bounds() {
        return fields.stream().map(memory::threadField).toList();
    }

    /** The stack bounds in a Gobuf. */
    List<Long> bounds(int at) {
        return fields.stream().map(f -> word(at + gobuf.offset(f))).toList();
    }

    /** Requires that a callee was entered aligned, and that all it may write lies below {@code top}. */
    void assertCallIsFit(long rsp, long top, int arguments) {
        Expect.equal("rsp at the call, mod alignment", 0L, rsp + 8 & abi.stack().alignment() - 1);
        Expect.that("what the callee may write lies below rsp as it was", rsp + 8 + calleesBytes(arguments) <= top);
    }

    /** Requires the goroutine in the register that is pinned to it, and the carrier as before the run. */
    void assertPinned(RegisterState state, long g) {
        abi.pinned().g().ifPresent(r -> Expect.equal("the goroutine in " + r, g, state.get(r)));
        abi.pinned()
                .m()
                .ifPresent(
                        r -> Expect.equal("the carrier in " + r, memory.entry().get(r), state.get(r)));
    }

    /** Requires zero in every register that is zero at calls and returns. */
    void assertZero(String where, RegisterState state) {
        for (Register register : abi.calls().zero()) {
            boolean zero = register instanceof Reg64 general
                    ? state.get(general) == 0
                    : Arrays.equals(state.vector(register.number(), 16), new byte[16]);
            Expect.that(register + " is zero " + where, zero);
        }
    }

    /** Requires the direction flag clear where the ABI has it clear. */
    void assertDirection(RegisterState state) {
        Expect.that(
                "the direction flag is clear",
                abi.calls().directionFlag() != DirectionFlag.CLEAR || (state.flags() & RegisterState.DIRECTION) == 0);
    }
}
