// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.isa.InstructionTable;
import io.trapeze.emitter.operand.Registers;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Texts that may be assembler source: random characters, lines with a change, and soups of tokens. */
final class RandomText {
    private static final List<String> LINES = List.of(
            "again: dec rcx\njnz again",
            "1: jmp 1b\njmp 1f\n1:",
            ".byte 1, -1, 'a', 0x7f\n.quad 1 << 40",
            "table: .long end - table, 7\nend:",
            ".ascii \"a\\n\\x41\\101\" # comment",
            "size = 4*8 + (3 & 1)\nadd rsp, size",
            ".align 16\n.p2align 4\n.skip 3, 0x90",
            "lea rax, [rip + there]\nthere: ret\njmp . - 2\nloop there - 5",
            "fs lodsb; es nop; jmp short 1f; 1:",
            ".globl f\nf: ret",
            ".extern g\ncall g",
            "lock cmpxchg16b xmmword ptr [rdi + rcx*8 - 0x10]",
            "vaddpd zmm0{k1}{z}, zmm1, qword ptr [rdi]{1to8}",
            "vaddpd zmm0, zmm1, zmm2, {rn-sae}",
            "rep movsb; nop // end\n/* a\nb */ hlt",
            ".double 1.5, -2e-3\n.float 0x1p3");
    private static final List<String> PIECES = List.of(
            "[",
            "]",
            "(",
            ")",
            "{",
            "}",
            "+",
            "-",
            "*",
            "/",
            "%",
            "<<",
            ">>",
            "&",
            "|",
            "^",
            "~",
            "!",
            ",",
            ":",
            ";",
            "=",
            "#",
            "//",
            "/*",
            "*/",
            "\n",
            "\t",
            "\"",
            "'",
            "\\",
            ".",
            "$",
            "@",
            "0",
            "1",
            "2",
            "8",
            "0x",
            "0x7fffffff",
            "0xffffffffffffffff",
            "9223372036854775808",
            "1f",
            "1b",
            "0b1",
            "017",
            "1e9",
            "lock",
            "rep",
            "ptr",
            "byte",
            "word",
            "dword",
            "qword",
            "xmmword",
            "zmmword",
            "rip",
            "rsp",
            "a",
            "b",
            "a:",
            "1:",
            ".byte",
            ".quad",
            ".align",
            ".skip",
            ".ascii",
            ".set",
            ".globl",
            ".extern",
            ".p2align",
            ".double",
            "fs:",
            "{k1}",
            "{z}",
            "{1to8}",
            "{rn-sae}",
            "{sae}",
            "\u00e4",
            "\0",
            "\u2028",
            "\ud83d\ude00");
    private static final List<String> MNEMONICS =
            List.copyOf(InstructionTable.shipped().mnemonics());

    private final Random random;
    private final List<String> registers = new ArrayList<>();

    RandomText(Random random) {
        this.random = random;
        IntStream.range(0, 16)
                .forEach(i -> registers.addAll(List.of(
                        Registers.gp64(i).name(),
                        Registers.gp32(i).name(),
                        Registers.gp8(i).name(),
                        "xmm" + i,
                        "zmm" + i)));
    }

    String next() {
        return switch (random.nextInt(4)) {
            case 0 -> characters();
            case 1 -> soup();
            case 2 -> changed(pick(LINES));
            default -> {
                List<Shape> shapes = Space.shapes();
                Shape shape = shapes.get(random.nextInt(shapes.size()));
                yield changed(Utterance.of(shape.sample((long) (random.nextDouble() * shape.size())))
                        .toString());
            }
        };
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private String characters() {
        StringBuilder text = new StringBuilder();
        int range = random.nextInt(8) == 0 ? 0x10000 : 128;
        for (int i = random.nextInt(60); i > 0; i--) {
            text.append((char) random.nextInt(range));
        }
        return text.toString();
    }

    private String soup() {
        StringBuilder text = new StringBuilder(random.nextBoolean() ? pick(MNEMONICS) : "");
        for (int i = random.nextInt(30); i > 0; i--) {
            text.append(random.nextInt(4) == 0 ? "" : " ");
            text.append(
                    switch (random.nextInt(5)) {
                        case 0 -> pick(registers);
                        case 1 -> random.nextInt(4) == 0 ? pick(MNEMONICS) : ", ";
                        default -> pick(PIECES);
                    });
        }
        return text.toString();
    }

    /** Up to three changes: a character, a piece or a stretch is lost, put in or said twice. */
    private String changed(String line) {
        StringBuilder text = new StringBuilder(line);
        for (int i = random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(text.length() + 1);
            int end = Math.min(text.length(), at + random.nextInt(6));
            switch (random.nextInt(4)) {
                case 0 -> text.delete(at, end);
                case 1 -> text.insert(at, text.substring(at, end));
                case 2 -> text.insert(at, pick(PIECES));
                default -> text.replace(at, end, pick(random.nextBoolean() ? registers : PIECES));
            }
        }
        return text.toString();
    }
}
