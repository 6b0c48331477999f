// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.KReg;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.emitter.operand.Segment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * An x86-64 processor for the few instructions that the primitives consist of: it runs the bytes of a blob, read back from the
 * instruction table, on any machine.
 *
 * <p>It knows nothing of ABIs. What it meets that it does not know is a failure of the test, not something to skip.
 */
final class Processor {
    static final long CODE = 0x40_0000;
    /** What FS and GS point to. */
    static final long THREAD_BLOCK = 0x7000_0000_0000L;

    static final long DIRECTION = 1 << 10;
    static final long ALIGNMENT_CHECK = 1 << 18;
    static final int DEFAULT_X87 = 0x37F;
    private static final int X87_STATE_BYTES = 108 - 2;

    /** How a run ended. */
    enum End {
        RETURNED,
        JUMPED,
        TRAPPED
    }

    /** A run's end, and the address that control went to. */
    record Stop(End end, long target) {}

    /** A call as it happened: where to (0 for an external symbol), and RSP just before. */
    record Call(long target, long rsp) {}

    final long[] general = new long[16];
    final byte[][] vectors = new byte[32][64];
    final long[] masks = new long[8];
    final Memory memory = new Memory();
    final List<Call> calls = new ArrayList<>();
    /** RSP after each instruction executed, beside how many writes there had been by then. */
    final List<long[]> stackMoves = new ArrayList<>();

    /** Called before each instruction. */
    Consumer<Instruction> watcher = instruction -> {};

    long flags = 2;
    int mxcsr = 0x1F80;
    int x87 = 0x37F;
    /** What FNSAVE stores besides the control word: status, tags, pointers and registers. */
    final byte[] x87State = new byte[X87_STATE_BYTES];

    /** Runs a blob from its first byte; at each call {@code callee} runs instead, and must leave RSP as it found it. */
    Stop run(CodeBlob blob, Consumer<Processor> callee) {
        for (Instruction instruction : blob.instructions()) {
            watcher.accept(instruction);
            Stop stop = step(instruction, callee);
            stackMoves.add(new long[] {rsp(), memory.writes().size()});
            if (stop != null) {
                return stop;
            }
        }
        throw new AssertionError("ran off the end of " + blob.name() + ":\n" + blob.listing());
    }

    /** Gives every register but RSP a random value: what a callee may do, and more. */
    void trash(Random random) {
        long rsp = rsp();
        for (int i = 0; i < general.length; i++) {
            general[i] = random.nextLong();
        }
        general[4] = rsp;
        for (byte[] vector : vectors) {
            random.nextBytes(vector);
        }
        for (int i = 0; i < masks.length; i++) {
            masks[i] = random.nextLong();
        }
        flags = random.nextLong() & 0xCD5 | 2;
        mxcsr = random.nextInt() & 0xFFFF;
        x87 = random.nextInt() & 0xF3F;
        random.nextBytes(x87State);
    }

    /** Returns one with the same registers, and memory of its own. */
    Processor copy() {
        Processor copy = new Processor();
        System.arraycopy(general, 0, copy.general, 0, general.length);
        for (int i = 0; i < vectors.length; i++) {
            System.arraycopy(vectors[i], 0, copy.vectors[i], 0, 64);
        }
        System.arraycopy(masks, 0, copy.masks, 0, masks.length);
        System.arraycopy(x87State, 0, copy.x87State, 0, x87State.length);
        copy.flags = flags;
        copy.mxcsr = mxcsr;
        copy.x87 = x87;
        return copy;
    }

    /** Whether FNINIT, or FNSAVE, was the last to change the x87 state. */
    boolean x87IsFresh() {
        return x87 == DEFAULT_X87 && Arrays.equals(x87State, new byte[X87_STATE_BYTES]);
    }

    long rsp() {
        return general[4];
    }

    private Stop step(Instruction instruction, Consumer<Processor> callee) {
        List<Operand> operands = instruction.decoded().orElseThrow().operands();
        String mnemonic = instruction.form().orElseThrow().mnemonic();
        switch (mnemonic) {
            case "mov", "movdqu", "vmovdqu", "vmovdqu64", "kmovq" -> {
                boolean extends_ = mnemonic.startsWith("v") && operands.get(0) instanceof Register;
                write(operands.get(0), read(operands.get(1)), extends_);
            }
            case "movq", "vmovq" -> {
                boolean loads = operands.get(0) instanceof Register;
                byte[] low = Arrays.copyOf(read(operands.get(1)), 8);
                write(operands.get(0), loads ? Arrays.copyOf(low, 16) : low, mnemonic.startsWith("v"));
            }
            case "xorps" -> {
                requireSame(operands);
                write(operands.get(0), new byte[16], false);
            }
            case "xor" -> {
                requireSame(operands);
                flags ^= 0x8D5; // some other flags than before
                general[((Register) operands.get(0)).number()] = 0;
            }
            case "fnsave" -> {
                byte[] state = Arrays.copyOf(LittleEndian.bytes(x87, 2), 2 + X87_STATE_BYTES);
                System.arraycopy(x87State, 0, state, 2, X87_STATE_BYTES);
                memory.write(address(operands.get(0)), state);
                x87 = DEFAULT_X87;
                Arrays.fill(x87State, (byte) 0);
            }
            case "frstor" -> {
                byte[] state = memory.read(address(operands.get(0)), 2 + X87_STATE_BYTES);
                x87 = (int) LittleEndian.number(Arrays.copyOf(state, 2));
                System.arraycopy(state, 2, x87State, 0, X87_STATE_BYTES);
            }
            case "lea" -> write(operands.get(0), LittleEndian.bytes(address(operands.get(1)), 8), false);
            case "push" -> push(LittleEndian.number(read(operands.get(0))));
            case "pop" -> write(operands.get(0), LittleEndian.bytes(pop(), 8), false);
            case "pushfq" -> push(flags);
            case "popfq" -> flags = pop() | 2;
            case "and", "add", "sub" -> arithmetic(mnemonic, operands);
            case "stmxcsr" -> write(operands.get(0), LittleEndian.bytes(mxcsr, 4), false);
            case "ldmxcsr" -> mxcsr = (int) LittleEndian.number(read(operands.get(0)));
            case "fnstcw" -> write(operands.get(0), LittleEndian.bytes(x87, 2), false);
            case "fldcw" -> x87 = (int) LittleEndian.number(read(operands.get(0)));
            case "vzeroupper" -> Arrays.stream(vectors, 0, 16).forEach(v -> Arrays.fill(v, 16, 64, (byte) 0));
            case "call" -> call(instruction, operands.get(0), callee);
            case "jmp" -> {
                return new Stop(End.JUMPED, LittleEndian.number(read(operands.get(0))));
            }
            case "ret" -> {
                long target = pop();
                general[4] += operands.isEmpty() ? 0 : ((Immediate) operands.get(0)).value();
                return new Stop(End.RETURNED, target);
            }
            case "ud2" -> {
                return new Stop(End.TRAPPED, CODE + instruction.offset());
            }
            default -> throw new AssertionError("this processor has no " + instruction.text());
        }
        return null;
    }

    private static void requireSame(List<Operand> operands) {
        if (operands.get(0) != operands.get(1)) {
            throw new AssertionError("this processor only zeroes by exclusive or: " + operands);
        }
    }

    private void call(Instruction instruction, Operand operand, Consumer<Processor> callee) {
        boolean external = instruction.target().isPresent();
        long target = external ? 0 : LittleEndian.number(read(operand));
        calls.add(new Call(target, rsp()));
        push(CODE + instruction.offset() + instruction.bytes().length);
        long inside = rsp();
        callee.accept(this);
        if (rsp() != inside) {
            throw new AssertionError("the callee of this test moved RSP");
        }
        general[4] += 8;
    }

    private void arithmetic(String mnemonic, List<Operand> operands) {
        long a = LittleEndian.number(read(operands.get(0)));
        long b = LittleEndian.number(read(operands.get(1)));
        long result = switch (mnemonic) {
            case "and" -> a & b;
            case "add" -> a + b;
            default -> a - b;
        };
        flags ^= 0x8D5; // some other flags than before
        write(operands.get(0), LittleEndian.bytes(result, 8), false);
    }

    private void push(long value) {
        general[4] -= 8;
        memory.write(rsp(), LittleEndian.bytes(value, 8));
    }

    private long pop() {
        long value = memory.read8(rsp());
        general[4] += 8;
        return value;
    }

    private byte[] read(Operand operand) {
        if (operand instanceof Immediate immediate) {
            return LittleEndian.bytes(immediate.value(), 8);
        }
        if (operand instanceof Reg64 register) {
            return LittleEndian.bytes(general[register.number()], 8);
        }
        if (operand instanceof KReg mask) {
            return LittleEndian.bytes(masks[mask.number()], 8);
        }
        if (operand instanceof Mem mem) {
            return memory.read(address(mem), mem.bits() / 8);
        }
        Register vector = (Register) operand;
        return Arrays.copyOf(vectors[vector.number()], vector.registerClass().bits() / 8);
    }

    /** @param clearing whether a narrower write to a vector register zeroes the rest of it, as VEX and EVEX do */
    private void write(Operand operand, byte[] value, boolean clearing) {
        if (operand instanceof Reg64 register) {
            general[register.number()] = LittleEndian.number(value);
        } else if (operand instanceof KReg mask) {
            masks[mask.number()] = LittleEndian.number(value);
        } else if (operand instanceof Mem mem) {
            memory.write(address(mem), value);
        } else {
            byte[] vector = vectors[((Register) operand).number()];
            if (clearing) {
                Arrays.fill(vector, (byte) 0);
            }
            System.arraycopy(value, 0, vector, 0, value.length);
        }
    }

    private long address(Operand operand) {
        Address address = ((Mem) operand).address();
        long base = address.base() == Address.NONE
                ? 0
                : general[Registers.gp64(address.base()).number()];
        if (address.index() != Address.NONE) {
            throw new AssertionError("this processor has no index registers: " + address);
        }
        return base + address.displacement() + (address.segment() == Segment.NONE ? 0 : THREAD_BLOCK);
    }
}
