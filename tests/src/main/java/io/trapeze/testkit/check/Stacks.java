// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.testkit.state.Difference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/** Two stacks full of random bytes, above what is in use as well as below: whoever writes where nobody may is found out. */
public final class Stacks {
    /** Their size, with what lies around them. */
    public static final int BYTES = 32 * 1024;

    private static final int GOROUTINE_TOP = 12 * 1024;
    private static final int G0_TOP = 28 * 1024;

    static final String GOROUTINE = "the goroutine's stack";
    static final String G0 = "g0's stack";
    static final String STACK = "the stack";
    static final String RED_ZONE = "the red zone";

    private final NativeMemory memory;
    private final byte[] pool = new byte[2 * BYTES];
    private byte[] image = new byte[BYTES];

    /** Bytes from an address up to another one, which may be written. */
    public record Window(String name, long low, long high) {}

    /**
     * @param memory of {@link #BYTES}
     */
    public Stacks(NativeMemory memory) {
        this.memory = memory;
        new Random(1).nextBytes(pool);
    }

    /** The highest RSP in use on the goroutine's stack: a multiple of 64, with four kilobytes above it. */
    public long goroutineTop() {
        return memory.address() + GOROUTINE_TOP;
    }

    /** The highest RSP in use on g0's stack, likewise. */
    public long g0Top() {
        return memory.address() + G0_TOP;
    }

    /** The lowest address of both. */
    long bottom() {
        return memory.address();
    }

    public void randomize(Random random) {
        int from = random.nextInt(BYTES);
        image = Arrays.copyOfRange(pool, from, from + BYTES);
        memory.putBytes(0, image);
    }

    /** Puts a word where it belongs before the run; the address need not be aligned. */
    public void put(long address, long value) {
        int at = (int) (address - memory.address());
        byte[] bytes = new byte[8];
        for (int i = 0; i < 8; i++) {
            image[at + i] = bytes[i] = (byte) (value >> 8 * i);
        }
        memory.putBytes(at, bytes);
    }

    public long get(long address) {
        byte[] bytes = memory.getBytes(address - memory.address(), 8);
        long value = 0;
        for (int i = 7; i >= 0; i--) {
            value = value << 8 | bytes[i] & 0xFF;
        }
        return value;
    }

    /** Expects a word that code under test is to write; the address is a multiple of 8. */
    void expect(long address, long value) {
        ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN).putLong((int) (address - memory.address()), value);
    }

    /**
     * Expects what is there now, from an address up to another one.
     *
     * @return what was expected before
     */
    byte[] accept(long low, long high) {
        int at = (int) (low - memory.address());
        byte[] before = Arrays.copyOfRange(image, at, at + (int) (high - low));
        expect(low, memory.getBytes(at, before.length));
        return before;
    }

    /** Expects bytes from an address on. */
    void expect(long address, byte[] bytes) {
        System.arraycopy(bytes, 0, image, (int) (address - memory.address()), bytes.length);
    }

    /** Returns the word that is expected at an address. */
    long expected(long address) {
        return ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN).getLong((int) (address - memory.address()));
    }

    /** Writes anything from an address up to another one, as code does there that may. */
    void scribble(long low, long high, Random random) {
        byte[] bytes = new byte[(int) (high - low)];
        random.nextBytes(bytes);
        memory.putBytes(low - memory.address(), bytes);
    }

    /** Where the goroutine's stack ends and g0's begins. */
    long middle() {
        return memory.address() + BYTES / 2;
    }

    /** Whether an address lies on one of them. */
    public boolean contain(long address) {
        return address >= memory.address() && address < memory.address() + BYTES;
    }

    /** Whether an address lies on g0's. */
    boolean areG0sAt(long address) {
        return contain(address) && address > goroutineTop() + 4096;
    }

    /** Requires that a piece of them has not changed. */
    void requireUntouched(String where, Window piece, String rule) {
        int at = (int) (piece.low() - memory.address());
        byte[] now = memory.getBytes(at, (int) (piece.high() - piece.low()));
        byte[] before = Arrays.copyOfRange(image, at, at + now.length);
        int mismatch = Arrays.mismatch(before, now);
        if (mismatch >= 0) {
            throw new BrokenRule(new Difference(
                    where + ", " + (now.length - mismatch) + " bytes below rsp",
                    piece.name(),
                    "%02x".formatted(before[mismatch]),
                    "%02x".formatted(now[mismatch]),
                    rule));
        }
    }

    /** Requires that nothing has changed but within the windows, and that these lie in order. */
    public void requireUntouchedBut(List<Window> windows) {
        requireUntouchedBut(windows, address -> {
            boolean goroutine = address < middle();
            String name = goroutine ? GOROUTINE : G0;
            return new Landmark(name, "its top", goroutine ? goroutineTop() : g0Top());
        });
    }

    /** Requires the same of a function, which knows of one stack, and of no place on it but where its return address is. */
    void requireUntouchedBut(Window window, long entry) {
        requireUntouchedBut(List.of(window), address -> new Landmark(STACK, "the return address", entry));
    }

    /** A place on a stack to say others by: they are offsets to whoever reads them, and no addresses. */
    private record Landmark(String stack, String name, long address) {
        String place(long other) {
            long bytes = other - address;
            return bytes == 0 ? name : Math.abs(bytes) + " bytes " + (bytes < 0 ? "below " : "above ") + name;
        }

        String place(Window window) {
            return stack + " from " + place(window.low()) + " up to " + place(window.high());
        }
    }

    private void requireUntouchedBut(List<Window> windows, LongFunction<Landmark> landmark) {
        byte[] now = memory.getBytes(0, BYTES);
        for (Window window : windows) {
            Expect.that(
                    "at the end",
                    window.name(),
                    contain(window.low()) && window.low() <= window.high() && contain(window.high()),
                    "it is written from its top downwards");
            int low = (int) (window.low() - memory.address());
            int high = (int) (window.high() - memory.address());
            System.arraycopy(image, low, now, low, high - low);
        }
        int mismatch = Arrays.mismatch(image, now);
        if (mismatch >= 0) {
            long address = memory.address() + mismatch;
            String rule = windows.stream()
                    .map(window -> landmark.apply(window.low()).place(window))
                    .collect(Collectors.joining(" and ", "nothing may change but ", ""));
            throw new BrokenRule(new Difference(
                    landmark.apply(address).place(address),
                    landmark.apply(address).stack(),
                    "%02x".formatted(image[mismatch]),
                    "%02x".formatted(now[mismatch]),
                    windows.isEmpty() ? "nothing may be written on stacks" : rule));
        }
    }
}
