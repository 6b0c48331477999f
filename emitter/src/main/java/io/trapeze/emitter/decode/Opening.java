// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.decode;

import io.trapeze.emitter.isa.Encoding.Prefixing;
import java.util.Arrays;

/**
 * Everything of an instruction up to its ModRM byte, read without knowing its form. A byte that is not there reads as −1.
 *
 * <p>Sources: SDM vol. 2, sections 2.1 (prefixes, escape bytes), 2.3.5 (VEX) and 2.7.1 (EVEX).
 */
final class Opening {
    /** The most bytes an instruction may have (SDM vol. 2, section 2.3.11). */
    static final int LONGEST = 15;

    private final byte[] code;
    private final int start;
    private final int end;
    private int at;
    /** Where the prefixes end; where W is written, and the vector length; −1 where nothing says so. */
    private int prefixesEnd;

    private int wAt = -1;
    private int lengthAt = -1;

    Prefixing prefixing = Prefixing.LEGACY;
    /** Whether 3EH is among the prefixes, which is NOTRACK before an indirect branch. */
    boolean notrack;

    boolean operandSize;
    boolean addressSize;
    /** As a mandatory prefix is counted: 0 none, 2 F3H, 3 F2H; −1 for both, which no instruction has. */
    int repeat;

    /** Whether REX gives a register number its fourth bit. */
    boolean extendsRegister;

    boolean w;
    int vectorLength;
    /** The pp field of VEX and EVEX. */
    int mandatory;
    /** EVEX.b: broadcast, or rounding that takes the place of the vector length. */
    boolean evexB;
    /** The opcode map; above 3 for those that no form here uses. */
    int map;

    int opcode;
    /** The byte behind the opcode. */
    int modRm;

    private Opening(byte[] code, int at) {
        this.code = code;
        this.at = at;
        this.start = at;
        this.end = Math.min(code.length, at + LONGEST);
    }

    static Opening read(byte[] code, int at) {
        Opening opening = new Opening(code, at);
        opening.prefixes();
        opening.prefixesEnd = opening.at;
        opening.extension();
        opening.opcode = opening.next();
        if (opening.prefixing == Prefixing.LEGACY && opening.opcode == 0x0F) {
            opening.escape();
        }
        opening.modRm = opening.next();
        return opening;
    }

    /** Whether ModRM, if that is what the last byte is, names a register and no memory. */
    boolean isRegister() {
        return modRm >= 0xC0;
    }

    /** Returns the bytes as far as the instruction can reach, without what is idle before this form. */
    byte[] windowFor(FormPattern pattern) {
        byte[] window = new byte[size()];
        int length = 0;
        for (int i = start; i < end; i++) {
            if (i >= prefixesEnd || !isIdle(code[i] & 0xFF, pattern)) {
                window[length++] = code[i];
            }
        }
        int dropped = window.length - length;
        if (w && !pattern.takesW()) {
            window[wAt - start - dropped] &= (byte) (prefixing == Prefixing.LEGACY ? ~0x08 : ~0x80);
        }
        if (pattern.anyLength() && !evexB) {
            window[lengthAt - start - dropped] &= (byte) (prefixing == Prefixing.VEX ? ~0x04 : ~0x60);
        }
        return dropped == 0 ? window : Arrays.copyOf(window, length);
    }

    /** Returns how many bytes the instruction can have at most. */
    int size() {
        return end - start;
    }

    private static boolean isIdle(int prefix, FormPattern pattern) {
        return switch (prefix) {
            case 0x26, 0x2E, 0x36, 0x3E -> true;
            case 0x67 -> !pattern.takesAddressSize();
            case 0x66 -> !pattern.takesOperandSize();
            case 0xF2, 0xF3 -> !pattern.takesRepeat();
            default -> false;
        };
    }

    private int peek() {
        return at < end ? code[at] & 0xFF : -1;
    }

    private int next() {
        int value = peek();
        at++;
        return value;
    }

    private void prefixes() {
        for (; ; at++) {
            switch (peek()) {
                case 0x3E -> notrack = true;
                case 0x66 -> operandSize = true;
                case 0x67 -> addressSize = true;
                case 0x26, 0x2E, 0x36, 0x64, 0x65, 0xF0 -> {
                    // whether they may stand here is the form's to say
                }
                case 0xF3 -> repeat = repeat == 0 || repeat == 2 ? 2 : -1;
                case 0xF2 -> repeat = repeat == 0 || repeat == 3 ? 3 : -1;
                default -> {
                    return;
                }
            }
        }
    }

    private void extension() {
        int first = peek();
        if (first >= 0x40 && first < 0x50) {
            wAt = at;
            w = (first & 8) != 0;
            extendsRegister = (first & 7) != 0;
            at++;
        } else if (first == 0xC5 || first == 0xC4) {
            prefixing = Prefixing.VEX;
            at++;
            map = first == 0xC4 ? next() & 0x1F : 1;
            wAt = at;
            lengthAt = at;
            int last = next();
            w = first == 0xC4 && last >= 0x80;
            vectorLength = last >> 2 & 1;
            mandatory = last & 3;
        } else if (first == 0x62) {
            prefixing = Prefixing.EVEX;
            at++;
            map = next() & 7;
            wAt = at;
            int second = next();
            w = second >= 0x80;
            mandatory = second & 3;
            lengthAt = at;
            int third = next();
            vectorLength = third >> 5 & 3;
            evexB = (third & 0x10) != 0;
        }
    }

    private void escape() {
        map = 1;
        opcode = next();
        if (opcode == 0x38 || opcode == 0x3A) {
            map = opcode == 0x38 ? 2 : 3;
            opcode = next();
        }
    }
}
