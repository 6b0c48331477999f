// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.KReg;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.testkit.capsule.ProbeMemory;
import io.trapeze.testkit.generate.RegisterStates;
import io.trapeze.testkit.state.Part;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiField;
import io.trapeze.trampolines.abi.ArgumentRules.Place;
import io.trapeze.trampolines.abi.CallState.DirectionFlag;
import io.trapeze.trampolines.abi.PreservedVector;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** A goroutine about to be switched, as one ABI has it: what is put in place before a run, and what is read off afterwards. */
public final class Scene {
    public static final long G = 0x6071_0071_0071_0071L;
    public static final int SCHED = 8; // no multiple of 16: a Gobuf is aligned to 8 only
    public static final int G0 = 8192 + 8;

    private final Abi abi;
    private final Gobuf gobuf;
    private final Random random;
    private final ProbeMemory memory;
    private final Stacks stacks;
    private final NativeMemory gobufs;
    private final CallRules calls;
    private final List<ThreadBlock.Field> fields;

    public Scene(World world, Abi abi, Random random) {
        this.abi = abi;
        this.gobuf = Gobuf.of(abi);
        this.random = random;
        this.memory = world.memory();
        this.stacks = world.stacks();
        this.gobufs = world.gobufs();
        this.calls = new CallRules(abi);
        this.fields = abi.threadFields();
        memory.setFields(fields);
        memory.stay();
    }

    /** Gives stacks, Gobufs and thread block random values. */
    public void randomize() {
        stacks.randomize(random);
        fields.forEach(f -> memory.setThreadField(f, random.nextLong()));
        fillGobuf(SCHED, random.nextLong(), random.nextLong());
        fillGobuf(G0, random.nextLong(), random.nextLong());
    }

    /** Random values in every slot of a Gobuf, but such control words as the processor takes. */
    public void fillGobuf(int at, long sp, long pc) {
        byte[] bytes = new byte[gobuf.size()];
        random.nextBytes(bytes);
        gobufs.putBytes(at, bytes);
        gobufs.putLong(at + Gobuf.SP, sp);
        gobufs.putLong(at + Gobuf.PC, pc);
        if (abi.controlWords().mxcsr()) {
            gobufs.putInt(at + gobuf.mxcsrOffset(), RegisterStates.mxcsr(random));
        }
        if (abi.controlWords().x87()) {
            gobufs.putInt(at + gobuf.x87Offset(), RegisterStates.x87Control(random));
        }
    }

    /**
     * Enters a primitive as its ABI asks: aligned, arguments in their places, the goroutine where it is pinned. What has to be
     * zero at calls is not: no primitive relies on it.
     *
     * @return RSP: the return address belongs there
     */
    public long enter(long top, long... arguments) {
        long entry = top - 1024 - 8;
        place(memory.entry(), entry, arguments);
        return entry;
    }

    /** Makes registers and stack those of somebody who has just called, with RSP pointing to the return address. */
    void place(RegisterState in, long entry, long... arguments) {
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
    }

    /** The direction flag at a call or a return: anything, if the ABI leaves it open. */
    private long direction() {
        boolean open = abi.calls().directionFlag() == DirectionFlag.UNSPECIFIED;
        return open && random.nextBoolean() ? RegisterState.DIRECTION : 0;
    }

    /** Lets the next callee be a thunk that obeys the ABI and changes all that is volatile, its shadow space included. */
    public void thunkDoesWhatItMay() {
        RegisterState junk = memory.junk();
        RegisterState kept = memory.kept();
        RegisterStates.fill(junk, random);
        junk.setFlags(junk.flags() | direction());
        kept.fill(0);
        NativeMemory block = memory.memory();
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
        junk.quieten(Part.X87_TAGS);
        for (Register register : abi.calls().zero()) {
            if (register instanceof Reg64 zero) {
                junk.set(zero, 0);
            } else {
                block.putBytes(ProbeMemory.JUNK + RegisterState.vector(register.number()), new byte[16]);
            }
        }
        memory.setHomes(calls.calleesBytes(1));
    }

    /** Lets the next callee change everything: other goroutines run in the meantime. */
    public void calleeDoesWhatItLikes() {
        RegisterStates.fill(memory.junk(), random);
        memory.junk().setFlags(memory.junk().flags() | (random.nextBoolean() ? RegisterState.DIRECTION : 0));
        memory.kept().fill(0);
        memory.setHomes(abi.stack().shadow());
    }

    /**
     * Lets the next callee come back on another thread, if there is a thread block to tell them apart by.
     *
     * @return the stack bounds in that thread's block
     */
    List<Long> comeBackOnAnotherThread() {
        List<Long> before = bounds();
        if (fields.isEmpty()) {
            return before;
        }
        memory.moveOn();
        List<Long> elsewhere = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            memory.setThreadField(fields.get(i), before.get(i));
            elsewhere.add(random.nextLong());
            memory.setFieldOfOtherThread(fields.get(i), elsewhere.get(i));
        }
        return elsewhere;
    }

    /** Requires that nothing was written to the block of the thread that the callee has left. */
    void requireOldThreadAlone(String where) {
        int written = fields.isEmpty() ? -1 : memory.writtenAfterMovingOn();
        Expect.that(
                where,
                "the thread block",
                written < 0,
                AbiField.THREAD_SEGMENT.is(abi.threadBlock()
                                .map(b -> b.segment().name().toLowerCase(Locale.ROOT))
                                .orElse(""))
                        + ": each thread has its own, and this is another thread");
    }

    /** The first integer argument of a function that has just been entered with these registers. */
    public long firstArgument(RegisterState entered) {
        return abi.arguments().integerPlaces(1).get(0) instanceof Place.General in
                ? entered.get(in.register())
                : stacks.get(entered.get(rsp) + 8 + abi.stack().shadow());
    }

    /** The same of the callee, which has overwritten it by now. */
    public long firstArgumentOfCallee() {
        return abi.arguments().integerPlaces(1).get(0) instanceof Place.General in
                ? memory.found().get(in.register())
                : memory.above(abi.stack().shadow());
    }

    /** What a switch has to bring back, as a Gobuf holds it. */
    Map<String, String> saved(int at) {
        Map<String, String> values = new LinkedHashMap<>();
        slots().forEach((part, slot) -> values.put(part.name(), digits(gobufs.getBytes(at + slot, part.bytes()))));
        return values;
    }

    /** Where a Gobuf has the parts of the state that a switch has to bring back. */
    private Map<Part, Integer> slots() {
        Map<Part, Integer> slots = new LinkedHashMap<>();
        abi.preservedGeneral().forEach(r -> slots.put(Part.of(r), gobuf.offset(r)));
        if (abi.preservesRbp()) {
            slots.put(Part.of(rbp), Gobuf.BP);
        }
        abi.preservedVectors().forEach(v -> slots.put(Part.of(v), gobuf.offset(v)));
        abi.preserved().masks().forEach(k -> slots.put(Part.of(k), gobuf.offset(k)));
        if (abi.controlWords().mxcsr()) {
            slots.put(Part.MXCSR, gobuf.mxcsrOffset());
        }
        if (abi.controlWords().x87()) {
            slots.put(Part.X87_CONTROL, gobuf.x87Offset());
        }
        return slots;
    }

    /** Digits of a number in memory, most significant first. */
    private static String digits(byte[] bytes) {
        StringBuilder digits = new StringBuilder();
        for (int i = bytes.length - 1; i >= 0; i--) {
            digits.append(HexFormat.of().toHexDigits(bytes[i]));
        }
        return digits.toString();
    }

    /** Makes parts of the state quiet: at the entry, in what others leave, and in both Gobufs. */
    void quieten(Set<String> names, SaveSet widest) {
        for (Part part : Part.all(widest.withX87())) {
            if (names.contains(name(part))) {
                memory.entry().quieten(part);
                memory.junk().quieten(part);
            }
        }
        slots().forEach((part, slot) -> {
            if (names.contains(name(part))) {
                for (int at : List.of(SCHED, G0)) {
                    gobufs.putBytes(at + slot, quiet(part));
                }
            }
        });
    }

    private static byte[] quiet(Part part) {
        int value = part.equals(Part.MXCSR) ? 0x1F80 : part.equals(Part.X87_CONTROL) ? 0x37F : 0;
        byte[] bytes = new byte[part.bytes()];
        bytes[0] = (byte) value;
        if (bytes.length > 1) {
            bytes[1] = (byte) (value >> 8);
        }
        return bytes;
    }

    /** What a part is called in a {@link Case}: vectors by their number, however wide. */
    static String name(Part part) {
        return part.offset() >= RegisterState.VECTORS
                ? "vector " + (part.offset() - RegisterState.VECTORS) / 64
                : part.name();
    }

    /** A word of a Gobuf. */
    public long word(int at) {
        return gobufs.getLong(at);
    }

    public long address(int at) {
        return gobufs.address() + at;
    }

    public byte[] gobuf(int at) {
        return gobufs.getBytes(at, gobuf.size());
    }

    /** The stack bounds in the thread block. */
    public List<Long> bounds() {
        return fields.stream().map(memory::threadField).toList();
    }

    /** The stack bounds in a Gobuf. */
    public List<Long> bounds(int at) {
        return fields.stream().map(f -> word(at + gobuf.offset(f))).toList();
    }
}
