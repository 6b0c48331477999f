// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.Label;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A random control-flow graph: blocks of data that end in branches to any block, as our code and as source for another
 * assembler.
 */
final class ControlFlow {
    private static final String[] BRANCHES = {
        "jo", "jno", "jb", "jae", "je", "jne", "jbe", "ja", "js", "jns", "jp", "jnp", "jl", "jge", "jle", "jg", "jmp",
        "call", "jrcxz", "loop", "loope", "loopne"
    };
    private static final int JMP = 16;
    private static final int CALL = 17;
    /** From here on branches have no long form. */
    private static final int JRCXZ = 18;

    /** How the blocks of a program are: what makes branches short, long, or just at the edge. */
    enum Style {
        /** Little between the branches, targets near. */
        DENSE(8, 12),
        /** Distances about as far as a short branch reaches. */
        EDGE(40, 3),
        /** Much between the branches. */
        SPARSE(400, 3),
        /** Little between the branches, targets anywhere. */
        TANGLED(8, Integer.MAX_VALUE);

        private final int bytes;
        private final int reach;

        Style(int bytes, int reach) {
            this.bytes = bytes;
            this.reach = reach;
        }
    }

    /**
     * One block: padding up to {@code alignment}, if {@code most} bytes do, its label, {@code fill} bytes, branches.
     *
     * @param branches pairs of an index in {@link #BRANCHES} and the number of a block
     */
    private record Block(int alignment, int most, int fill, int[] branches) {
        int padding(int at) {
            int bytes = -at & alignment - 1;
            return bytes <= most ? bytes : 0;
        }
    }

    private final List<Block> blocks = new ArrayList<>();
    private final boolean aligned;

    /**
     * Makes a random program.
     *
     * @param aligned whether some blocks are aligned
     */
    ControlFlow(Random random, Style style, int size, boolean aligned) {
        this.aligned = aligned;
        for (int i = 0; i < size; i++) {
            int alignment = aligned && random.nextInt(6) == 0 ? 1 << random.nextInt(7) : 1;
            int most = random.nextBoolean() ? alignment : 1 + random.nextInt(alignment);
            int fill = random.nextInt(style.bytes);
            int[] branches = new int[2 * (1 + random.nextInt(2))];
            for (int b = 0; b < branches.length; b += 2) {
                boolean short8 = b == 0 && fill < 100 && random.nextInt(10) == 0;
                branches[b] = short8 ? JRCXZ + random.nextInt(4) : random.nextInt(JRCXZ);
                branches[b + 1] = short8 ? i : target(random, i, style.reach, size);
            }
            blocks.add(new Block(alignment, most, fill, branches));
        }
    }

    private static int target(Random random, int from, int reach, int size) {
        boolean anywhere = reach >= size || random.nextInt(10) == 0;
        int target = anywhere ? random.nextInt(size) : from - reach + random.nextInt(2 * reach + 1);
        return Math.max(0, Math.min(size - 1, target));
    }

    /** Whether some blocks are aligned. */
    boolean aligned() {
        return aligned;
    }

    /** Returns how many branches there are. */
    int branches() {
        return blocks.stream().mapToInt(block -> block.branches().length / 2).sum();
    }

    /** Returns our code. */
    byte[] code() {
        Assembler assembler = new Assembler(false);
        Label[] labels = new Label[blocks.size()];
        Arrays.setAll(labels, i -> assembler.label());
        for (int i = 0; i < labels.length; i++) {
            Block block = blocks.get(i);
            if (block.alignment() > 1) {
                assembler.align(block.alignment(), block.most());
            }
            assembler.bind(labels[i]);
            byte[] fill = new byte[block.fill()];
            Arrays.fill(fill, (byte) i);
            assembler.db(fill);
            for (int b = 0; b < block.branches().length; b += 2) {
                assembler.emit(BRANCHES[block.branches()[b]], labels[block.branches()[b + 1]]);
            }
        }
        return assembler.finish("graph").bytes();
    }

    /** Returns source that says the same. */
    byte[] source() {
        StringBuilder source = new StringBuilder();
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            if (block.alignment() > 1) {
                source.append(".balign ")
                        .append(block.alignment())
                        .append(",,")
                        .append(block.most())
                        .append('\n');
            }
            source.append('b')
                    .append(i)
                    .append(":\n.skip ")
                    .append(block.fill())
                    .append(", ");
            source.append(i & 0xFF).append('\n');
            for (int b = 0; b < block.branches().length; b += 2) {
                source.append(BRANCHES[block.branches()[b]])
                        .append(" b")
                        .append(block.branches()[b + 1])
                        .append('\n');
            }
        }
        return source.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Returns what is wrong with the code, which is read from its beginning to its end without anything that the assembler knows:
     * where each block lies, and whether each branch is the one meant and goes to its block.
     */
    List<String> mistakes(byte[] code) {
        List<String> mistakes = new ArrayList<>();
        int[] starts = new int[blocks.size()];
        List<int[]> targets = new ArrayList<>();
        int at = 0;
        for (int i = 0; i < starts.length; i++) {
            Block block = blocks.get(i);
            at += block.padding(at);
            starts[i] = at;
            for (int end = at + block.fill(); at < end; at++) {
                if (code[at] != (byte) i) {
                    mistakes.add("block %d has another byte at %x".formatted(i, at));
                }
            }
            for (int b = 0; b < block.branches().length; b += 2) {
                int start = at;
                int[] end = branch(code, at, block.branches()[b]);
                at = end[0];
                targets.add(new int[] {start, end[1], block.branches()[b + 1]});
            }
        }
        for (int[] target : targets) {
            if (target[1] != starts[target[2]]) {
                mistakes.add("the branch at %x goes to %x, not to block %d at %x"
                        .formatted(target[0], target[1], target[2], starts[target[2]]));
            }
        }
        if (at != code.length) {
            mistakes.add("the code ends at %x, not at %x".formatted(code.length, at));
        }
        return mistakes;
    }

    /** Reads a branch (SDM vol. 2, appendix A); returns where it ends and its target, or −1 if it is another one. */
    private static int[] branch(byte[] code, int at, int kind) {
        int opcode = code[at] & 0xFF;
        boolean escaped = opcode == 0x0F;
        int second = escaped ? code[at + 1] & 0xFF : 0;
        int read = switch (opcode) {
            case 0xEB, 0xE9 -> JMP;
            case 0xE8 -> CALL;
            case 0xE3 -> JRCXZ;
            case 0xE2 -> JRCXZ + 1;
            case 0xE1 -> JRCXZ + 2;
            case 0xE0 -> JRCXZ + 3;
            default -> escaped ? second - 0x80 : opcode - 0x70;
        };
        boolean wide = escaped || opcode == 0xE9 || opcode == 0xE8;
        int displacement = at + (escaped ? 2 : 1);
        int end = displacement + (wide ? 4 : 1);
        int distance = code[end - 1];
        for (int i = end - 2; i >= displacement; i--) {
            distance = distance << 8 | code[i] & 0xFF;
        }
        return new int[] {end, read == kind ? end + distance : -1};
    }
}
