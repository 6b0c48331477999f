// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.text;

import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.sched.Upcall;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A Java method that a goroutine's text calls by {@code call_java}. Each returns 0 in {@code rax}. */
enum JavaFunction {
    /** Prints a signed number, a line by itself. */
    PRINT_INT(1) {
        @Override
        byte[] text(long value, long unused) {
            return line(Long.toString(value));
        }
    },
    /** Prints a number in hexadecimal, a line by itself. */
    PRINT_HEX(1) {
        @Override
        byte[] text(long value, long unused) {
            return line("0x" + Long.toHexString(value));
        }
    },
    /** Prints the bits of a double as the number they are, a line by itself. */
    PRINT_DOUBLE(1) {
        @Override
        byte[] text(long bits, long unused) {
            return line(Double.toString(Double.longBitsToDouble(bits)));
        }
    },
    /** Prints one character, by its Unicode number. */
    PRINT_CHAR(1) {
        @Override
        byte[] text(long character, long unused) {
            if (character < 0 || !Character.isValidCodePoint((int) character) || character != (int) character) {
                throw new IllegalArgumentException("print_char: " + character + " is no Unicode character");
            }
            return Character.toString((int) character).getBytes(StandardCharsets.UTF_8);
        }
    },
    /** Prints bytes: their address and how many. */
    PRINT_STR(2) {
        @Override
        byte[] text(long address, long length) {
            if (length < 0 || length > LONGEST) {
                throw new IllegalArgumentException("print_str: " + length + " bytes; it prints 0 to " + LONGEST
                        + ", the address in its first operand and the length in its second");
            }
            // not ours to give back
            NativeMemory bytes = NativeMemory.over(address, Math.max(1, length), () -> {});
            return bytes.getBytes(0, (int) length);
        }
    };

    private static final int LONGEST = 1 << 20;

    private final int operands;

    JavaFunction(int operands) {
        this.operands = operands;
    }

    /** Returns the name that the text calls it by. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns how many operands it takes. */
    int operands() {
        return operands;
    }

    abstract byte[] text(long first, long second);

    /** Returns what a goroutine calls: it prints to {@code out}. */
    Upcall printingTo(OutputStream out) {
        return (first, second, third) -> {
            print(out, text(first, second));
            return 0;
        };
    }

    private static void print(OutputStream out, byte[] text) throws IOException {
        synchronized (out) {
            out.write(text);
            out.flush();
        }
    }

    private static byte[] line(String text) {
        return (text + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
