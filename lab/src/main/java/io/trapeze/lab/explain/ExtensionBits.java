// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import static io.trapeze.lab.explain.FieldSplit.bits;

import java.util.ArrayList;
import java.util.List;

/** The bits of the prefixes that extend an instruction: REX, VEX and EVEX (SDM vol. 2, sections 2.2.1, 2.3.5 and 2.7.1). */
final class ExtensionBits {
    private static final String INVERTED = "inverted";
    private static final String[] MANDATORY = {"no prefix", "66", "f3", "f2"};
    private static final String[] MAPS = {"?", "0f", "0f 38", "0f 3a"};

    private ExtensionBits() {}

    static List<ByteField.Bits> rex(byte rex) {
        return List.of(
                bits("", rex, 4, 4, ""),
                bits("W", rex, 3, 1, ""),
                bits("R", rex, 2, 1, ""),
                bits("X", rex, 1, 1, ""),
                bits("B", rex, 0, 1, ""));
    }

    static List<ByteField.Bits> vex(byte[] code, int at, int size) {
        List<ByteField.Bits> bits = new ArrayList<>();
        bits.add(bits("", code[at], 0, 8, ""));
        bits.add(bits("R", code[at + 1], 7, 1, INVERTED));
        int last = code[at + size - 1];
        if (size == 3) {
            bits.add(bits("X", code[at + 1], 6, 1, INVERTED));
            bits.add(bits("B", code[at + 1], 5, 1, INVERTED));
            bits.add(bits("m", code[at + 1], 0, 5, map(code[at + 1] & 0x1F)));
            bits.add(bits("W", last, 7, 1, ""));
        }
        bits.add(bits("vvvv", last, 3, 4, INVERTED));
        bits.add(bits("L", last, 2, 1, ""));
        bits.add(bits("pp", last, 0, 2, MANDATORY[last & 3]));
        return bits;
    }

    static List<ByteField.Bits> evex(byte[] code, int at) {
        int first = code[at + 1];
        int second = code[at + 2];
        int third = code[at + 3];
        return List.of(
                bits("", code[at], 0, 8, ""),
                bits("R", first, 7, 1, INVERTED),
                bits("X", first, 6, 1, INVERTED),
                bits("B", first, 5, 1, INVERTED),
                bits("R'", first, 4, 1, INVERTED),
                bits("m", first, 0, 4, map(first & 7)),
                bits("W", second, 7, 1, ""),
                bits("vvvv", second, 3, 4, INVERTED),
                bits("", second, 2, 1, ""),
                bits("pp", second, 0, 2, MANDATORY[second & 3]),
                bits("z", third, 7, 1, ""),
                bits("L'L", third, 5, 2, ""),
                bits("b", third, 4, 1, ""),
                bits("V'", third, 3, 1, INVERTED),
                bits("aaa", third, 0, 3, ""));
    }

    private static String map(int map) {
        return map < MAPS.length ? "map " + MAPS[map] : "map " + map;
    }
}
