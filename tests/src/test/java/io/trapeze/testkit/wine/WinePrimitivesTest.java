// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.wine;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.trampolines.AsyncPreempt;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.Gogo;
import io.trapeze.trampolines.Mcall;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.SwitchState;
import io.trapeze.trampolines.SystemStack;
import io.trapeze.trampolines.abi.Abi;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Registers, control words and thread block across Win64's primitives, with random values, where the thread block is real. */
@DisplayName("In a Windows process under Wine,")
class WinePrimitivesTest {
    private static final int ROUNDS = 100;
    private static final int SCHED = 8; // a Gobuf is aligned to 8 only
    private static final int G0 = 1024 + 8;
    private static final int STACK = 64 * 1024;
    /** RSP below the top of each stack: the probe parks a register above it. */
    private static final int TOP = STACK - 4096;

    private final Gobuf gobuf = Gobuf.of(Abi.WIN64);
    private final Random random = new Random(1);
    private final WindowsProcess process = WindowsProcess.start();
    private final CodeArena arena = CodeArena.open(process.memory(), 1 << 20);
    private final NativeMemory gobufs = NativeMemory.allocate(process.memory(), 4096);
    private final NativeMemory stack = NativeMemory.allocate(process.memory(), STACK);
    private final NativeMemory g0Stack = NativeMemory.allocate(process.memory(), STACK);
    private final Trasher trasher = new Trasher(process.memory());

    @AfterEach
    void end() {
        process.close();
    }

    private long goroutineSp() {
        return stack.address() + TOP;
    }

    private long g0Sp() {
        return g0Stack.address() + TOP;
    }

    @Test
    @Tag("S10")
    @Tag("S14")
    @Tag("S18")
    void gogoResumesWithAllThatWin64PreservesAndTheBoundsOfTheStackToCome() {
        assertThat(gogo(Gogo.emit(Abi.WIN64))).isEmpty();
    }

    @Test
    void aRegisterThatIsForgottenIsNoticed() {
        assertThat(gogo(resume(SwitchState.of(Abi.WIN64).without(rsi)))).startsWith("rsi: expected");
        assertThat(gogo(resume(SwitchState.of(Abi.WIN64).withoutControlWords())))
                .startsWith("mxcsr: expected");
    }

    private static CodeBlob resume(SwitchState state) {
        Assembler a = new Assembler();
        Gogo.resume(a, state, rcx, rax);
        return a.finish("resume");
    }

    /** Resumes random Gobufs; returns what was not as the Gobuf says, in the first round in which anything was not. */
    private String gogo(CodeBlob code) {
        Win64Probe probe = probe(arena.map(code).address());
        for (int i = 0; i < ROUNDS; i++) {
            fill(SCHED, goroutineSp(), probe.arrival(), stack);
            enter(probe, g0Sp(), g0Stack, gobufs.address() + SCHED);
            probe.run();
            String wrong = differences(inGobuf(SCHED), probe.out().preserved());
            if (!wrong.isEmpty()) {
                return wrong;
            }
            assertThat(probe.out().bounds()).isEqualTo(boundsIn(SCHED));
            assertThat(probe.out().get(rsp)).isEqualTo(goroutineSp());
        }
        return "";
    }

    @Test
    @Tag("S12")
    @Tag("S18")
    @Tag("S20")
    @Tag("S21")
    @Tag("S25")
    void mcallSuspendsWithAllThatWin64PreservesAndGogoBringsItBack() {
        Win64Probe suspended = probe(arena.map(Mcall.emit(Abi.WIN64)).address());
        Win64Probe resumed = probe(arena.map(Gogo.emit(Abi.WIN64)).address());
        for (int i = 0; i < ROUNDS; i++) {
            long g = random.nextLong();
            long entry = goroutineSp() - 8;
            long g0sp = g0Sp() - random.nextInt(64);
            fill(SCHED, 0, 0, g0Stack);
            fill(G0, g0sp, 0, g0Stack);
            enter(suspended, entry, stack, g, gobufs.address() + SCHED, gobufs.address() + G0, suspended.arrival());
            String bounds = suspended.in().bounds();
            stack.putLong(entry - stack.address(), resumed.arrival());
            suspended.run();
            assertThat(suspended.out().get(rcx)).as("g, as fn gets it").isEqualTo(g);
            assertThat(suspended.out().get(rsp)).as("rsp in fn").isEqualTo((g0sp & -16) - 32 - 8);
            assertThat(suspended.out().bounds()).as("bounds in fn").isEqualTo(boundsIn(G0));
            assertThat(gobufs.getLong(SCHED + Gobuf.PC)).isEqualTo(resumed.arrival());
            assertThat(gobufs.getLong(SCHED + Gobuf.SP)).isEqualTo(entry + 8);

            enter(resumed, g0sp & -16, g0Stack, gobufs.address() + SCHED);
            resumed.run();
            assertThat(differences(suspended.in().preserved(), resumed.out().preserved()))
                    .isEmpty();
            assertThat(resumed.out().get(rsp)).isEqualTo(entry + 8);
            assertThat(resumed.out().bounds()).as("bounds after resuming").isEqualTo(bounds);
        }
    }

    @Test
    @Tag("S31")
    @Tag("S32")
    @Tag("S33")
    @Tag("Sg")
    void systemstackRunsAThunkThatChangesAllItMayWithinTheBoundsOfG0sStack() {
        long thunk = arena.map(trasher.thunk()).address();
        Win64Probe probe = probe(arena.map(SystemStack.emit(Abi.WIN64)).address());
        for (int i = 0; i < ROUNDS; i++) {
            long argument = random.nextLong();
            long entry = goroutineSp() - 8;
            long g0sp = g0Sp() - random.nextInt(64);
            fill(G0, g0sp, 0, g0Stack);
            trasher.randomize(random);
            enter(probe, entry, stack, g0sp, argument, thunk, gobufs.address() + G0);
            stack.putLong(entry - stack.address(), probe.arrival());
            probe.run();
            assertThat(trasher.argument()).isEqualTo(argument);
            assertThat(trasher.rsp() & 15).as("rsp in the thunk, mod 16").isEqualTo(8);
            assertThat(trasher.rsp()).as("its home space lies on g0's stack").isBetween(g0sp - 256, g0sp - 40);
            assertThat(trasher.bounds()).as("bounds in the thunk").isEqualTo(boundsIn(G0));
            assertThat(probe.out().get(rax)).isEqualTo(Trasher.RESULT);
            assertThat(probe.out().get(rsp)).isEqualTo(entry + 8);
            assertThat(differences(probe.in().preserved(), probe.out().preserved()))
                    .isEmpty();
            assertThat(probe.out().bounds())
                    .as("bounds afterwards")
                    .isEqualTo(probe.in().bounds());
        }
    }

    @Test
    @Tag("S43")
    @Tag("S47")
    @Tag("S50")
    @Tag("S51")
    @Tag("S52")
    void asyncPreemptBringsBackEveryRegisterWhateverTheOthersDid() {
        long others = arena.map(trasher.everything(AsyncPreempt.CALLEE)).address();
        Win64Probe probe =
                probe(arena.map(AsyncPreempt.emit(Abi.WIN64, SaveSet.SSE), Map.of(AsyncPreempt.CALLEE, others))
                        .address());
        int skip = Abi.WIN64.stack().interruptSkip();
        for (int i = 0; i < 2 * ROUNDS; i++) {
            long interrupted = goroutineSp() - i % 64;
            trasher.randomize(random);
            enter(probe, interrupted - skip - 8, stack);
            if (random.nextBoolean()) {
                probe.in().setDirection();
            }
            putUnaligned(interrupted - skip - 8, probe.arrival());
            probe.run();
            assertThat(trasher.rsp() & 15).as("rsp in the callee, mod 16").isEqualTo(8);
            probe.in().set(rsp, interrupted);
            assertThat(differences(probe.in().all(), probe.out().all()))
                    .as("interrupted %d bytes off", i % 64)
                    .isEmpty();
        }
    }

    private Win64Probe probe(long target) {
        return new Win64Probe(process, arena, target);
    }

    private void enter(Win64Probe probe, long stackPointer, NativeMemory on, long... arguments) {
        Win64Registers in = probe.in();
        in.randomize(random);
        in.set(rsp, stackPointer);
        for (int i = 0; i < arguments.length; i++) {
            in.set(Abi.WIN64.integerArguments().get(i), arguments[i]);
        }
        bounds(in.memory(), in.at() + Win64Registers.BOUNDS, on);
    }

    /** Random values in every slot of a Gobuf, but such control words as a thread can have, and the bounds of a stack. */
    private void fill(int at, long sp, long pc, NativeMemory on) {
        byte[] bytes = new byte[gobuf.size()];
        random.nextBytes(bytes);
        gobufs.putBytes(at, bytes);
        gobufs.putLong(at + Gobuf.SP, sp);
        gobufs.putLong(at + Gobuf.PC, pc);
        gobufs.putInt(at + gobuf.mxcsrOffset(), random.nextInt() & 0xFFC0 | 0x1F80);
        gobufs.putInt(at + gobuf.x87Offset(), random.nextInt() & 0xF00 | 0x7F);
        bounds(gobufs, at + gobuf.offset(ThreadBounds.FIELDS.get(0)), on);
    }

    /** Bounds of that stack, others each time. */
    private void bounds(NativeMemory memory, int at, NativeMemory on) {
        long limit = on.address() + 4096L * random.nextInt(4);
        ThreadBounds.put(memory, at, on.address() + on.size(), limit, limit - 4096, 4096L * random.nextInt(8));
    }

    private String boundsIn(int at) {
        return ThreadBounds.text(gobufs, at + gobuf.offset(ThreadBounds.FIELDS.get(0)));
    }

    private Map<String, String> inGobuf(int at) {
        Win64Registers registers = new Win64Registers(NativeMemory.allocate(process.memory(), 4096), 0);
        Abi.WIN64.preservedGeneral().forEach(r -> registers.set(r, gobufs.getLong(at + gobuf.offset(r))));
        registers.set(rbp, gobufs.getLong(at + Gobuf.BP));
        for (var vector : Abi.WIN64.preservedVectors()) {
            registers
                    .memory()
                    .putBytes(
                            Win64Registers.VECTORS + 16L * vector.number(),
                            gobufs.getBytes(at + gobuf.offset(vector), 16));
        }
        registers.memory().putInt(Win64Registers.MXCSR, gobufs.getInt(at + gobuf.mxcsrOffset()));
        registers.memory().putInt(Win64Registers.X87, gobufs.getInt(at + gobuf.x87Offset()));
        return registers.preserved();
    }

    private void putUnaligned(long address, long value) {
        byte[] bytes = new byte[8];
        for (int i = 0; i < 8; i++) {
            bytes[i] = (byte) (value >> 8 * i);
        }
        stack.putBytes(address - stack.address(), bytes);
    }

    private static String differences(Map<String, String> expected, Map<String, String> found) {
        StringBuilder text = new StringBuilder();
        expected.forEach((name, value) -> {
            if (!value.equals(found.get(name))) {
                text.append("%s: expected %s, found %s; ".formatted(name, value, found.get(name)));
            }
        });
        return text.toString();
    }
}
