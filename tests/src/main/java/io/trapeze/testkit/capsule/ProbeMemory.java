// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import static io.trapeze.emitter.operand.Registers.rsp;

import com.sun.jna.Pointer;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What {@linkplain Probe probes} and Java share: register states, the thread block, and how a callee is to behave.
 *
 * @param memory where it lies
 * @param bytes the same as Java sees it
 */
public record ProbeMemory(NativeMemory memory, ByteBuffer bytes) {
    /** What the registers are before a run. */
    public static final int ENTRY = 0;
    /** What they are at the arrival. */
    public static final int ARRIVAL = RegisterState.BYTES;
    /** What the callee found. */
    public static final int FOUND = 2 * RegisterState.BYTES;
    /** What it leaves behind. */
    public static final int GIVEN = 3 * RegisterState.BYTES;
    /** Where that comes from, bit by bit, unless it is to be kept. */
    public static final int JUNK = 4 * RegisterState.BYTES;
    /** Ones for the bits that the callee gives back. */
    public static final int KEPT = 5 * RegisterState.BYTES;

    public static final int HOST_RSP = 6 * RegisterState.BYTES;
    public static final int HOST_MXCSR = HOST_RSP + 8;
    public static final int HOST_X87 = HOST_RSP + 12;
    public static final int HOST_BASE = HOST_RSP + 16;
    /** The address of the thread block with which the callee goes on; 0 if it is the same. */
    public static final int NEXT_BLOCK = HOST_RSP + 24;
    /** RIP, CS, RFLAGS, RSP and SS, as IRETQ takes them; the probe puts the segments there. */
    public static final int JUMP = HOST_RSP + 32;

    public static final int HOME_WORDS = JUMP + 48;
    /** The address of the thread block in use. */
    public static final int THREAD_BASE = HOME_WORDS + 8;
    /** A number of offsets, and the offsets. */
    public static final int BOUNDS = HOME_WORDS + 16;

    public static final int ARRIVAL_BOUNDS = BOUNDS + 128;
    public static final int FOUND_BOUNDS = ARRIVAL_BOUNDS + 128;
    /** What the fields of the system's own thread block were, the first one's at 8. */
    static final int HOST_FIELDS = FOUND_BOUNDS + 128;

    /** The vectors that whoever calls the probe wants back. */
    static final int HOST_VECTORS = HOST_FIELDS + 128;
    /** The address of the thread block that code finds at the moment. */
    static final int BLOCK_IN_USE = HOST_VECTORS + 16 * 16;

    /** The words above the callee's return address, as it found them; the first one at 8. */
    public static final int ABOVE = BLOCK_IN_USE + 16;

    public static final int WORDS_ABOVE = 24;
    public static final int OWN_STACK = ABOVE + 256 + 1024;
    public static final int THREAD_BLOCK = OWN_STACK + 1024 & ~1023;
    /** Two threads have one each. */
    public static final int THREAD_BLOCK_BYTES = 8 * 1024;
    /** How many steps of code that is single-stepped are still to be noted, and the address of the next one's place. */
    static final int STEPS_LEFT = THREAD_BLOCK + 2 * THREAD_BLOCK_BYTES;

    static final int NEXT_STEP = STEPS_LEFT + 8;
    /** A step: RIP, RSP, and the fields of the thread block. */
    static final int STEPS = STEPS_LEFT + 16;

    static final int STEP_BYTES = 128;
    private static final int MOST_FIELDS = STEP_BYTES / Long.BYTES - 2;
    private static final int MOST_STEPS = 256;
    /** Its size: a number of pages. */
    public static final int BYTES = STEPS + MOST_STEPS * STEP_BYTES + 4095 & ~4095;

    /** What a thread block is full of once the callee has left the thread; as an address it faults. */
    public static final long ABANDONED = 0xA5A5_A5A5_A5A5_A5A5L;

    /** Bytes below its RSP that the callee writes. */
    public static final int SCRATCHED = 512;

    ProbeMemory(NativeMemory memory) {
        this(memory, new Pointer(memory.address()).getByteBuffer(0, BYTES));
        useThreadBlock(0);
    }

    public RegisterState entry() {
        return state(ENTRY);
    }

    public RegisterState arrival() {
        return state(ARRIVAL);
    }

    public RegisterState found() {
        return state(FOUND);
    }

    public RegisterState junk() {
        return state(JUNK);
    }

    public RegisterState kept() {
        return state(KEPT);
    }

    /** Where a state has the base of FS (0) or GS (1). */
    static int base(int state, int number) {
        return state + RegisterState.BASES + 8 * number;
    }

    private long address(int offset) {
        return memory.address() + offset;
    }

    private RegisterState state(int at) {
        return new RegisterState(bytes.slice(at, RegisterState.BYTES));
    }

    /** Where the next run is to begin, with the flags and RSP of its entry; what an earlier callee found is no longer told. */
    public void aim(long target) {
        memory.putLong(JUMP, target); // refused where it is closed
        found().set(rsp, 0);
        memory.putLong(JUMP + 16, memory.getLong(ENTRY + RegisterState.FLAGS));
        memory.putLong(JUMP + 24, entry().get(rsp));
    }

    /** How many bytes above its return address the callee may write, and does. */
    public void setHomes(int bytes) {
        memory.putLong(HOME_WORDS, bytes / 8);
    }

    /**
     * Which fields of the thread block arrival and callee read.
     *
     * @throws IllegalArgumentException if these are more than 14, or one lies behind the first 8 kilobytes
     */
    public void setFields(List<ThreadBlock.Field> fields) {
        if (fields.size() > MOST_FIELDS
                || fields.stream().anyMatch(field -> field.offset() > THREAD_BLOCK_BYTES - Long.BYTES)) {
            throw new IllegalArgumentException("can't check a thread block with these fields: " + fields
                    + ". There can be " + MOST_FIELDS + " of them, in " + THREAD_BLOCK_BYTES + " bytes");
        }
        memory.putLong(BOUNDS, fields.size());
        for (int i = 0; i < fields.size(); i++) {
            memory.putLong(BOUNDS + 8 * (i + 1), fields.get(i).offset());
        }
    }

    /**
     * Where code was after an instruction.
     *
     * @param rip the address of the next one
     * @param bounds the fields of the thread block
     */
    public record Step(long rip, long rsp, List<Long> bounds) {}

    /** Lets the next run in a capsule go step by step, and what the callee returns to as well. */
    public void startStepping() {
        List.of(entry(), junk()).forEach(state -> state.setFlags(state.flags() | RegisterState.TRAP));
        memory.putLong(STEPS_LEFT, MOST_STEPS);
        memory.putLong(NEXT_STEP, address(STEPS));
    }

    /** Returns the steps since then, and lets runs go in one piece again. */
    public List<Step> stopStepping() {
        int steps = MOST_STEPS - (int) memory.getLong(STEPS_LEFT);
        memory.putLong(STEPS_LEFT, 0);
        return IntStream.range(0, steps)
                .map(step -> STEPS + step * STEP_BYTES)
                .mapToObj(at -> new Step(memory.getLong(at), memory.getLong(at + 8), bounds(at + 8)))
                .toList();
    }

    /** Lets the callee come back on the thread that it was called on. */
    public void stay() {
        memory.putLong(NEXT_BLOCK, 0);
    }

    /** Lets the callee come back on another thread, and fills both threads' blocks with their own addresses. */
    public void moveOn() {
        memory.putLong(NEXT_BLOCK, address(otherBlock()));
        for (int block : new int[] {threadBlock(), otherBlock()}) {
            memory.putBytes(block, words(address(block)));
        }
    }

    /** Where the block of the thread that the callee has left was written since, in bytes from its start; −1 if nowhere. */
    public int writtenAfterMovingOn() {
        return Arrays.mismatch(words(ABANDONED), memory.getBytes(threadBlock(), THREAD_BLOCK_BYTES));
    }

    private static byte[] words(long word) {
        ByteBuffer bytes = ByteBuffer.allocate(THREAD_BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            bytes.putLong(word);
        }
        return bytes.array();
    }

    /** The fields as they were read at the arrival. */
    public List<Long> boundsAtArrival() {
        return bounds(ARRIVAL_BOUNDS);
    }

    /** The fields as the callee read them. */
    public List<Long> boundsInCallee() {
        return bounds(FOUND_BOUNDS);
    }

    private List<Long> bounds(int at) {
        return IntStream.rangeClosed(1, (int) memory.getLong(BOUNDS))
                .mapToObj(i -> memory.getLong(at + 8 * i))
                .toList();
    }

    /**
     * What lay so many bytes above the address that the callee returns to, a multiple of 8.
     *
     * @throws IllegalArgumentException if that is more than the callee notes
     */
    public long above(int bytes) {
        if (bytes < 0 || bytes >= 8 * WORDS_ABOVE) {
            throw new IllegalArgumentException("the callee notes " + WORDS_ABOVE
                    + " words above its return address, and none " + bytes + " bytes above it: pass less on the stack");
        }
        return memory.getLong(ABOVE + bytes + 8);
    }

    /** Lets code that runs from now on find another thread block, 0 or 1, as on another thread. */
    public void useThreadBlock(int number) {
        memory.putLong(THREAD_BASE, address(THREAD_BLOCK + number * THREAD_BLOCK_BYTES));
    }

    private int threadBlock() {
        return (int) (memory.getLong(THREAD_BASE) - address(0));
    }

    private int otherBlock() {
        return 2 * THREAD_BLOCK + THREAD_BLOCK_BYTES - threadBlock();
    }

    public long threadField(ThreadBlock.Field field) {
        return memory.getLong(threadBlock() + field.offset());
    }

    public void setThreadField(ThreadBlock.Field field, long value) {
        memory.putLong(threadBlock() + field.offset(), value);
    }

    public void setFieldOfOtherThread(ThreadBlock.Field field, long value) {
        memory.putLong(otherBlock() + field.offset(), value);
    }
}
