// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.trampolines.AsyncPreempt;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.Gogo;
import io.trapeze.trampolines.Mcall;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.SwitchState;
import io.trapeze.trampolines.SystemStack;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.PreservedVector;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A process that executes one primitive many times with random registers, and tells of the first register that is not what it
 * should be. A process of its own, because code that is wrong does not throw.
 *
 * <p>Arguments: scenario, ABI, save set, seed. Its last line is {@code all as it should be} if nothing was wrong.
 */
final class PrimitiveRun {
    static final String DONE = "all as it should be";
    private static final int ROUNDS = 100;
    private static final int STACKS = 128 * 1024;
    private static final int GOROUTINE_STACK = 32 * 1024;
    private static final int G0_STACK = 96 * 1024;
    private static final int SCHED = 8; // no multiple of 16: a Gobuf is aligned to 8 only
    private static final int G0 = 1024 + 8;

    private final OperatingSystem os = OperatingSystem.current();
    private final CodeArena arena = CodeArena.open(os, 1 << 20);
    private final NativeMemory stacks = NativeMemory.allocate(os, STACKS);
    private final NativeMemory gobufs = NativeMemory.allocate(os, 4096);
    private final NativeMemory threadBlock = NativeMemory.allocate(os, 8192);
    private final Abi abi;
    private final Gobuf gobuf;
    private final SaveSet width;
    private final Random random;
    private final List<ThreadBlock.Field> fields;

    private PrimitiveRun(Abi abi, SaveSet width, long seed) {
        this.abi = abi;
        this.gobuf = Gobuf.of(abi);
        this.width = width;
        this.random = new Random(seed);
        this.fields = abi.threadBlock().map(ThreadBlock::fields).orElse(List.of());
    }

    public static void main(String[] arguments) {
        PrimitiveRun run = new PrimitiveRun(
                Abi.builtIn(arguments[1]).orElseThrow(),
                SaveSet.named(arguments[2]).orElseThrow(),
                Long.parseLong(arguments[3]));
        switch (arguments[0]) {
            case "gogo" -> run.gogo(Gogo.emit(run.abi));
            case "gogo-without-r14" -> run.gogo(run.gogoWithout(r14));
            case "mcall" -> run.mcall();
            case "fn-returns" -> run.fnReturns();
            case "systemstack" -> run.systemstack();
            case "async_preempt" -> run.asyncPreempt();
            default -> throw new IllegalArgumentException("no scenario " + arguments[0]);
        }
        System.out.println(DONE);
    }

    private void gogo(CodeBlob blob) {
        Probe probe = probe(arena.map(blob), "gogo");
        for (int i = 0; i < ROUNDS; i++) {
            fill(SCHED, goroutineSp(), probe.arrival());
            randomizeThreadBlock();
            probe.in().randomize(random);
            enter(probe, stackPointer(G0_STACK), gobufs.address() + SCHED);
            probe.run();
            preservedEquals(probe.out(), SCHED);
            equal("rsp", goroutineSp(), probe.out().get(rsp));
            boundsEqual(SCHED);
        }
    }

    private CodeBlob gogoWithout(IndexReg forgotten) {
        Assembler a = new Assembler();
        a.symbol("gogo");
        Gogo.resume(
                a,
                SwitchState.of(abi).without(forgotten),
                abi.integerArguments().get(0),
                rax);
        return a.finish("gogo");
    }

    private void mcall() {
        Probe suspended = probe(arena.map(Mcall.emit(abi)), "mcall");
        Probe resumed = probe(arena.map(Gogo.emit(abi)), "gogo");
        for (int i = 0; i < ROUNDS; i++) {
            long g = random.nextLong();
            long entry = goroutineSp() - 8;
            long g0sp = stackPointer(G0_STACK) - random.nextInt(64);
            fill(SCHED, 0, 0);
            fill(G0, g0sp, 0);
            randomizeThreadBlock();
            List<Long> bounds = bounds();
            suspended.in().randomize(random);
            putLong(entry, resumed.arrival());
            enter(suspended, entry, g, gobufs.address() + SCHED, gobufs.address() + G0, suspended.arrival());
            suspended.run();
            equal(
                    "g, as fn gets it",
                    g,
                    suspended.out().get(abi.integerArguments().get(0)));
            equal(
                    "rsp in fn",
                    (g0sp & -16) - abi.stack().shadow() - 8,
                    suspended.out().get(rsp));
            equal("rbp in fn", gobufs.getLong(G0 + Gobuf.BP), suspended.out().get(rbp));
            boundsEqual(G0);
            equal("saved sp", entry + 8, gobufs.getLong(SCHED + Gobuf.SP));
            equal("saved pc", resumed.arrival(), gobufs.getLong(SCHED + Gobuf.PC));
            equal("saved g", g, gobufs.getLong(SCHED + Gobuf.G));
            preservedEquals(suspended.in(), SCHED);

            resumed.in().randomize(random);
            enter(resumed, g0sp & -16, gobufs.address() + SCHED);
            resumed.run();
            preservedEquals(resumed.out(), suspended.in());
            equal("rsp after resuming", entry + 8, resumed.out().get(rsp));
            equal("stack bounds", bounds, bounds());
        }
    }

    private void fnReturns() {
        CodeBlob blob = Mcall.emit(abi);
        MappedCode code = arena.map(blob);
        Assembler a = new Assembler();
        a.ret();
        long fn = arena.map(a.finish("fn")).address();
        Probe probe = probe(code, "mcall");
        fill(G0, stackPointer(G0_STACK), 0);
        enter(probe, goroutineSp() - 8, 0, gobufs.address() + SCHED, gobufs.address() + G0, fn);
        int trap = blob.instructions().get(blob.instructions().size() - 1).offset();
        System.out.printf("expect SIGILL at pc=0x%016x%n", code.address() + trap);
        System.out.flush();
        probe.run();
    }

    private void systemstack() {
        HostileCode thunk = new HostileCode(os);
        long thunkAddress = arena.map(thunk.changesWhatIsVolatile("thunk", abi)).address();
        Probe probe = probe(arena.map(SystemStack.emit(abi)), "systemstack");
        for (int i = 0; i < ROUNDS; i++) {
            long argument = random.nextLong();
            long entry = goroutineSp() - 8;
            long g0sp = stackPointer(G0_STACK) - random.nextInt(64);
            fill(G0, g0sp, 0);
            randomizeThreadBlock();
            List<Long> bounds = bounds();
            probe.in().randomize(random);
            thunk.randomize(random);
            randomizeStack(entry + 8, 256);
            byte[] frames = bytes(entry + 8, 256);
            putLong(entry, probe.arrival());
            enter(probe, entry, g0sp, argument, thunkAddress, gobufs.address() + G0);
            probe.run();
            equal("the thunk's argument", argument, thunk.argument());
            equal("rsp in the thunk, mod 16", 8L, thunk.rsp() & 15);
            require(
                    "the thunk's shadow space lies below g0's sp",
                    thunk.rsp() + 8 + abi.stack().shadow() <= g0sp);
            require("the thunk runs on g0's stack", thunk.rsp() > g0sp - 256);
            equal("rbp in the thunk: the goroutine's frame", entry - 8, thunk.rbp());
            for (int f = 0; f < fields.size(); f++) {
                equal(
                        fields.get(f).name() + " in the thunk",
                        gobufs.getLong(G0 + gobuf.offset(fields.get(f))),
                        thunk.bound(f));
            }
            equal("result", HostileCode.RESULT, probe.out().get(abi.result()));
            equal("rsp", entry + 8, probe.out().get(rsp));
            preservedEquals(probe.out(), probe.in());
            equal("stack bounds", bounds, bounds());
            equal("the goroutine's frames", Arrays.toString(frames), Arrays.toString(bytes(entry + 8, 256)));
        }
    }

    private void asyncPreempt() {
        HostileCode others = new HostileCode(os);
        MappedCode callee = arena.map(others.changesEverything(AsyncPreempt.CALLEE, abi, width));
        Probe probe = probe(arena.map(AsyncPreempt.emit(abi, width), callee.symbols()), "async_preempt");
        int skip = abi.stack().interruptSkip();
        for (int round = 0; round < 4 * ROUNDS; round++) {
            int misalignment = round % 64;
            long interrupted = goroutineSp() - misalignment;
            boolean aligned = misalignment % 8 == 0; // with AC set the processor would refuse its own pushes otherwise
            randomizeThreadBlock();
            List<Long> bounds = bounds();
            others.randomize(random);
            RegisterState in = probe.in();
            in.randomize(random);
            in.setFlags(in.flags()
                    | (random.nextBoolean() ? RegisterState.DIRECTION : 0)
                    | (aligned && random.nextBoolean() ? RegisterState.ALIGNMENT_CHECK : 0));
            randomizeStack(interrupted - skip, skip + 256);
            byte[] live = bytes(interrupted - skip, skip + 256);
            putLong(interrupted - skip - 8, probe.arrival());
            in.set(rsp, interrupted - skip - 8);
            probe.run();

            equal("rsp in the callee, mod 16", 8L, others.rsp() & 15);
            equal(
                    "DF and AC in the callee",
                    0L,
                    others.flags() & (RegisterState.DIRECTION | RegisterState.ALIGNMENT_CHECK));
            require(
                    "no more stack is taken than announced",
                    others.rsp() >= interrupted - AsyncPreempt.stackBytes(abi, width));
            in.set(rsp, interrupted);
            equal(
                    "registers, interrupted " + misalignment + " bytes off",
                    in.values(),
                    probe.out().values());
            byte[] belowNow = probe.below();
            equal(
                    "red zone",
                    Arrays.toString(Arrays.copyOf(live, skip)),
                    Arrays.toString(Arrays.copyOfRange(belowNow, Probe.BELOW - skip, Probe.BELOW)));
            equal(
                    "live stack",
                    Arrays.toString(Arrays.copyOfRange(live, skip, skip + 256)),
                    Arrays.toString(bytes(interrupted, 256)));
            equal("stack bounds", bounds, bounds());
        }
    }

    private Probe probe(MappedCode target, String symbol) {
        return new Probe(os, arena, width, target.address(symbol), fields.isEmpty() ? 0 : threadBlock.address());
    }

    private void enter(Probe probe, long stackPointer, long... arguments) {
        probe.in().set(rsp, stackPointer);
        for (int i = 0; i < arguments.length; i++) {
            probe.in().set(abi.integerArguments().get(i), arguments[i]);
        }
    }

    /** Random values in every slot of a Gobuf, but such control words as the processor takes. */
    private void fill(int at, long sp, long pc) {
        byte[] bytes = new byte[gobuf.size()];
        random.nextBytes(bytes);
        gobufs.putBytes(at, bytes);
        gobufs.putLong(at + Gobuf.SP, sp);
        gobufs.putLong(at + Gobuf.PC, pc);
        gobufs.putInt(at + gobuf.mxcsrOffset(), random.nextInt() & 0xFFFF);
        gobufs.putInt(at + gobuf.x87Offset(), random.nextInt() & 0xF3F | 0x40);
    }

    private void preservedEquals(RegisterState found, int at) {
        for (IndexReg register : abi.preservedGeneral()) {
            equal(register.name(), gobufs.getLong(at + gobuf.offset(register)), found.get(register));
        }
        equal("rbp", gobufs.getLong(at + Gobuf.BP), found.get(rbp));
        for (PreservedVector vector : abi.preservedVectors()) {
            equal(
                    vector.name(),
                    Arrays.toString(gobufs.getBytes(at + gobuf.offset(vector), vector.bytes())),
                    Arrays.toString(found.get(vector)));
        }
        equal("mxcsr", gobufs.getInt(at + gobuf.mxcsrOffset()), found.mxcsr());
        equal("x87 control word", gobufs.getInt(at + gobuf.x87Offset()) & 0xFFFF, found.x87());
    }

    private void preservedEquals(RegisterState found, RegisterState expected) {
        List<Reg64> general = new ArrayList<>(abi.preservedGeneral());
        general.add(rbp);
        for (Reg64 register : general) {
            equal(register.name(), expected.get(register), found.get(register));
        }
        for (PreservedVector vector : abi.preservedVectors()) {
            equal(vector.name(), Arrays.toString(expected.get(vector)), Arrays.toString(found.get(vector)));
        }
        equal("mxcsr", expected.mxcsr(), found.mxcsr());
        equal("x87 control word", expected.x87(), found.x87());
    }

    private void randomizeThreadBlock() {
        fields.forEach(f -> threadBlock.putLong(f.offset(), random.nextLong()));
    }

    private List<Long> bounds() {
        return fields.stream().map(f -> threadBlock.getLong(f.offset())).toList();
    }

    private void boundsEqual(int at) {
        fields.forEach(f -> equal(f.name(), gobufs.getLong(at + gobuf.offset(f)), threadBlock.getLong(f.offset())));
    }

    private long goroutineSp() {
        return stackPointer(GOROUTINE_STACK);
    }

    private long stackPointer(int offset) {
        return stacks.address() + offset;
    }

    private void putLong(long address, long value) {
        byte[] bytes = new byte[8];
        for (int i = 0; i < 8; i++) {
            bytes[i] = (byte) (value >> 8 * i);
        }
        stacks.putBytes(address - stacks.address(), bytes);
    }

    private void randomizeStack(long address, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        stacks.putBytes(address - stacks.address(), bytes);
    }

    private byte[] bytes(long address, int count) {
        return stacks.getBytes(address - stacks.address(), count);
    }

    private static void require(String what, boolean holds) {
        if (!holds) {
            throw new AssertionError("not so: " + what);
        }
    }

    private static void equal(String what, Object expected, Object found) {
        if (expected instanceof Map<?, ?> many && found instanceof Map<?, ?> other) {
            many.forEach((name, value) -> equal(what + ", " + name, value, other.get(name)));
        } else if (!expected.equals(found)) {
            throw new AssertionError("%s: expected %s, found %s".formatted(what, text(expected), text(found)));
        }
    }

    private static String text(Object value) {
        return value instanceof Long number ? "0x" + Long.toHexString(number) : value.toString();
    }
}
