// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

import io.trapeze.emitter.isa.Encoding.Prefixing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the encoding column of the table, for example {@code REX.W 83 /0 ib} or {@code VEX.256.66.0F38.WIG 17 /r}. */
final class EncodingNotation {
    private Prefixing prefixing = Prefixing.LEGACY;
    private boolean operandSize16;
    private boolean addressSize32;
    private boolean w;
    private int mandatory;
    private int map;
    private int length;
    private boolean modRm;
    private boolean opcodeRegister;
    private int immediateBytes;
    private Optional<Integer> digit = Optional.empty();
    private final List<Integer> opcodes = new ArrayList<>();

    private EncodingNotation() {}

    /**
     * Reads one encoding.
     *
     * @throws IllegalArgumentException if a word is unknown or the words contradict each other
     */
    static Encoding read(String text) {
        EncodingNotation notation = new EncodingNotation();
        for (String word : text.split(" +")) {
            notation.word(word);
        }
        return notation.finish();
    }

    private void word(String word) {
        switch (word) {
            case "O16" -> operandSize16 = true;
            case "A32" -> addressSize32 = true;
            case "REX.W" -> {
                if (prefixing != Prefixing.LEGACY) {
                    throw new IllegalArgumentException("REX.W beside a VEX or EVEX prefix: write W1 there");
                }
                w = true;
            }
            case "/r" -> modRm = true;
            case "ib", "cb", "/is4" -> immediate(1);
            case "iw" -> immediate(2);
            case "id", "cd" -> immediate(4);
            case "io", "mo" -> immediate(8);
            default -> {
                if (word.startsWith("VEX.") || word.startsWith("EVEX.")) {
                    vector(word);
                } else if (word.matches("/[0-7]")) {
                    digit = Optional.of(word.charAt(1) - '0');
                    modRm = true;
                } else if (word.matches("[C-F][08]\\+i")) {
                    digit = Optional.of(Integer.parseInt(word.substring(0, 2), 16) >> 3 & 7);
                    modRm = true;
                } else if (word.matches("[0-9A-F]{2}(\\+r)?")) {
                    opcodeRegister |= word.endsWith("+r");
                    opcodes.add(Integer.parseInt(word.substring(0, 2), 16));
                } else {
                    throw new IllegalArgumentException("unknown word '" + word + "' in the encoding");
                }
            }
        }
    }

    private void immediate(int bytes) {
        if (immediateBytes != 0 && !(immediateBytes == 2 && bytes == 1)) {
            throw new IllegalArgumentException("two immediates other than iw ib");
        }
        immediateBytes += bytes;
    }

    private void vector(String word) {
        if (w) {
            throw new IllegalArgumentException("REX.W beside " + word + ": write W1 there");
        }
        String[] parts = word.split("\\.");
        prefixing = Prefixing.valueOf(parts[0]);
        for (String part : List.of(parts).subList(1, parts.length)) {
            switch (part) {
                case "128", "LZ", "L0", "LIG", "LLIG" -> length = 0;
                case "256", "L1" -> length = 1;
                case "512" -> length = 2;
                case "66" -> mandatory = 1;
                case "F3" -> mandatory = 2;
                case "F2" -> mandatory = 3;
                case "0F" -> map = 1;
                case "0F38" -> map = 2;
                case "0F3A" -> map = 3;
                case "W1" -> w = true;
                case "W0", "WIG" -> w = false;
                default -> throw new IllegalArgumentException("unknown part '" + part + "' in " + word);
            }
        }
    }

    private Encoding finish() {
        int at = 0;
        if (prefixing == Prefixing.LEGACY) {
            if (opcodes.size() > 1) {
                mandatory = Math.max(0, List.of(0, 0x66, 0xF3, 0xF2).indexOf(opcodes.get(0)));
                at = mandatory > 0 ? 1 : 0;
            }
            if (opcodes.size() > at + 1 && opcodes.get(at) == 0x0F) {
                at++;
                int escape = opcodes.get(at);
                map = escape == 0x38 ? 2 : escape == 0x3A ? 3 : 1;
                at += map > 1 ? 1 : 0;
            }
        }
        int rest = opcodes.size() - at;
        if (rest < 1 || rest > 2 || (rest == 2 && modRm)) {
            throw new IllegalArgumentException("expected one opcode byte, or one and a constant ModRM byte");
        }
        if (opcodeRegister && (opcodes.get(at) & 7) != 0) {
            throw new IllegalArgumentException("+r needs an opcode whose low three bits are 0");
        }
        return new Encoding(
                prefixing,
                operandSize16,
                addressSize32,
                mandatory,
                map,
                opcodes.get(at),
                rest == 2 ? Optional.of(opcodes.get(at + 1)) : Optional.empty(),
                digit,
                w,
                length,
                modRm,
                opcodeRegister,
                immediateBytes);
    }
}
