// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/** The registers of a processor as they lie in a test program's memory, and the text of the code that stores and loads them. */
final class MachineState {
    static final int VECTORS = 128;
    static final int MASKS = VECTORS + 32 * 64;
    static final int MXCSR = MASKS + 64;
    static final int X87 = MXCSR + 8;
    static final int FLAGS = X87 + 8;
    static final int BYTES = 2304;
    static final long DIRECTION = 0x400;

    private static final String[] GENERAL = {
        "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"
    };

    private final ByteBuffer memory;

    MachineState(ByteBuffer memory, int at) {
        this.memory = memory.slice(at, BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns the code that stores everything at a symbol; it changes nothing but 8 bytes below RSP. */
    static String store(String symbol, SaveSet widest) {
        StringBuilder text = new StringBuilder();
        each(symbol, widest, text, true);
        return text
                + "pushfq\npop qword ptr [rip + %s + %d]\nstmxcsr dword ptr [rip + %s + %d]\nfnstcw word ptr [rip + %s + %d]\n"
                        .formatted(symbol, FLAGS, symbol, MXCSR, symbol, X87);
    }

    /** Returns the code that loads everything but RSP; it changes 8 bytes below RSP. */
    static String load(String symbol, SaveSet widest) {
        StringBuilder text = new StringBuilder(
                "push qword ptr [rip + %s + %d]\npopfq\nldmxcsr dword ptr [rip + %s + %d]\nfldcw word ptr [rip + %s + %d]\n"
                        .formatted(symbol, FLAGS, symbol, MXCSR, symbol, X87));
        each(symbol, widest, text, false);
        return text.toString();
    }

    private static void each(String symbol, SaveSet widest, StringBuilder text, boolean store) {
        String move = widest.vectorBytes() == 64 ? "vmovdqu64" : widest.vectorBytes() == 32 ? "vmovdqu" : "movdqu";
        String size = widest.vectorBytes() == 64 ? "zmmword" : widest.vectorBytes() == 32 ? "ymmword" : "xmmword";
        for (int i = 0; i < 16; i++) {
            if (store || i != 4) {
                line(text, "mov", GENERAL[i], "qword", symbol, 8 * i, store);
            }
        }
        for (int i = 0; i < widest.vectors(); i++) {
            line(text, move, widest.vectorName() + i, size, symbol, VECTORS + 64 * i, store);
        }
        for (int i = 0; i < widest.masks(); i++) {
            line(text, "kmovq", "k" + i, "qword", symbol, MASKS + 8 * i, store);
        }
    }

    private static void line(
            StringBuilder text, String move, String register, String size, String symbol, int at, boolean store) {
        String place = size + " ptr [rip + " + symbol + " + " + at + "]";
        text.append(move + " " + (store ? place + ", " + register : register + ", " + place) + "\n");
    }

    /** Fills everything with numbers that mean nothing, and the control words with those that work. */
    void fill(Random random) {
        for (int at = 0; at < MXCSR; at += 8) {
            memory.putLong(at, random.nextLong());
        }
        memory.putInt(MXCSR, 0x1F80 | random.nextInt(4) << 13);
        memory.putShort(X87, (short) (0x037F & ~(random.nextInt(4) << 8) | random.nextInt(4) << 10));
        memory.putLong(FLAGS, 2);
    }

    long general(int number) {
        return memory.getLong(8 * number);
    }

    void general(int number, long value) {
        memory.putLong(8 * number, value);
    }

    /** Returns the n-th 64 bits of a vector. */
    long vector(int number, int word) {
        return memory.getLong(VECTORS + 64 * number + 8 * word);
    }

    void vector(int number, int word, long value) {
        memory.putLong(VECTORS + 64 * number + 8 * word, value);
    }

    long mask(int number) {
        return memory.getLong(MASKS + 8 * number);
    }

    void mask(int number, long value) {
        memory.putLong(MASKS + 8 * number, value);
    }

    int mxcsr() {
        return memory.getInt(MXCSR);
    }

    int x87() {
        return memory.getShort(X87);
    }

    void controlWords(long mxcsr, long x87) {
        memory.putLong(MXCSR, mxcsr);
        memory.putLong(X87, x87);
    }

    boolean directionFlag() {
        return (memory.getLong(FLAGS) & DIRECTION) != 0;
    }

    void flags(long value) {
        memory.putLong(FLAGS, value);
    }
}
