// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.decode;

import io.trapeze.emitter.isa.Encoding.Prefixing;
import io.trapeze.emitter.operand.Segment;
import java.util.HexFormat;

/**
 * Everything of an instruction up to its ModRM byte, read without knowing its form. A byte that is not there reads as −1.
 *
 * <p>Sources: SDM vol. 2, sections 2.1 (prefixes, escape bytes), 2.3.5 (VEX) and 2.7.1 (EVEX).
 */
final class Opening {
    /** The most bytes an instruction may have (SDM vol. 2, section 2.3.11). */
    private static final int LONGEST = 15;

    final byte[] code;
    final int start;
    /** Behind the last byte that the instruction can have. */
    final int end;
    /** Behind the prefixes; behind REX, VEX or EVEX; where ModRM is, if there is one. */
    int prefixesEnd;

    int extensionEnd;
    int at;

    Segment segment = Segment.NONE;
    /** Whether CS, DS, ES or SS is overridden, which does nothing. */
    boolean idleSegment;
    /** Whether 3EH is among the prefixes, which is NOTRACK before an indirect branch. */
    boolean notrack;

    boolean lock;
    boolean operandSize;
    boolean addressSize;
    /** As a mandatory prefix is counted: 0 none, 2 F3H, 3 F2H; −1 for both, which no instruction has. */
    int repeat;

    Prefixing prefixing = Prefixing.LEGACY;
    boolean rex;
    boolean w;
    /** The bits that extend ModRM.reg, the index, and ModRM.rm or the base; EVEX.R'. */
    int r;

    int x;
    int b;
    int rHigh;
    int vvvv;
    int vectorLength;
    /** The pp field of VEX and EVEX. */
    int mandatory;
    /** The last byte of an EVEX prefix: zeroing, length, {@link #evexB}, mask. */
    int evexLast;
    /** Whether the bit of EVEX that is always 1 is 1. */
    boolean evexFixed;
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
        opening.extensionEnd = opening.at;
        opening.opcode = opening.next();
        if (opening.prefixing == Prefixing.LEGACY && opening.opcode == 0x0F) {
            opening.escape();
        }
        opening.modRm = opening.peek();
        return opening;
    }

    /** Whether ModRM, if that is what the last byte is, names a register and no memory. */
    boolean isRegister() {
        return modRm >= 0xC0;
    }

    /** Whether REX gives a register number its fourth bit. */
    boolean extendsRegister() {
        return rex && (r | x | b) != 0;
    }

    /** Whether the vector length gives way to a rounding. */
    boolean rounds() {
        return evexB && isRegister();
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
                case 0x26, 0x2E, 0x36 -> idleSegment = true;
                case 0x3E -> idleSegment = notrack = true;
                case 0x64 -> segment = Segment.FS;
                case 0x65 -> segment = Segment.GS;
                case 0x66 -> operandSize = true;
                case 0x67 -> addressSize = true;
                case 0xF0 -> lock = true;
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
        if (first >> 4 == 4) {
            at++;
            rex = true;
            w = (first & 8) != 0;
            extend(first << 5);
        } else if (first == 0xC5 || first == 0xC4) {
            at++;
            prefixing = Prefixing.VEX;
            boolean three = first == 0xC4;
            map = three ? peek() & 0x1F : 1;
            extend(three ? ~next() : ~peek() & 0x80);
            int last = next();
            w = three && last >= 0x80;
            vectorLength = last >> 2 & 1;
            mandatory = last & 3;
            vvvv = ~last >> 3 & 15;
        } else if (first == 0x62) {
            at++;
            prefixing = Prefixing.EVEX;
            map = peek() & 0xF;
            rHigh = ~peek() >> 4 & 1;
            extend(~next());
            int second = next();
            w = second >= 0x80;
            mandatory = second & 3;
            evexFixed = (second & 4) != 0;
            evexLast = next();
            vectorLength = evexLast >> 5 & 3;
            evexB = (evexLast & 0x10) != 0;
            vvvv = ~second >> 3 & 15 | (~evexLast >> 3 & 1) << 4;
        }
    }

    /** Takes R, X and B from the upper three bits of a byte. */
    private void extend(int bits) {
        r = bits >> 7 & 1;
        x = bits >> 6 & 1;
        b = bits >> 5 & 1;
    }

    private void escape() {
        map = 1;
        opcode = next();
        if (opcode == 0x38 || opcode == 0x3A) {
            map = opcode == 0x38 ? 2 : 3;
            opcode = next();
        }
    }

    @Override
    public String toString() {
        return HexFormat.ofDelimiter(" ").formatHex(code, start, end);
    }
}
