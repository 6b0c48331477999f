// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.Emission;
import io.trapeze.emitter.EncodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Bytes that may be instructions: random ones, encodings with a change, and beginnings of encodings. */
final class RandomCode {
    private static final int ENCODINGS = 20_000;
    /** What much of the opcode space lies behind. */
    private static final byte[][] OPENINGS = {
        {0x0F},
        {0x0F, 0x38},
        {0x0F, 0x3A},
        {0x66, 0x0F},
        {(byte) 0xF3, 0x0F},
        {(byte) 0xF2, 0x0F},
        {0x48},
        {0x41},
        {(byte) 0xC5},
        {(byte) 0xC4, (byte) 0xE2},
        {(byte) 0xC4, (byte) 0xE3},
        {0x62, (byte) 0xF1},
        {0x62, (byte) 0xF2},
        {0x62, (byte) 0xF3},
        {(byte) 0xF0},
        {0x64},
        {0x67},
        {0x2E}
    };

    private final Random random;
    private final List<byte[]> encodings = new ArrayList<>();

    RandomCode(Random random) {
        this.random = random;
        List<Shape> shapes = Space.shapes();
        Emission emission = new Emission(true);
        for (int i = 0; i < ENCODINGS; i++) {
            Shape shape = shapes.get(i % shapes.size());
            emission.restart();
            try {
                shape.sample((long) (random.nextDouble() * shape.size())).emitByName(emission);
            } catch (EncodingException e) {
                continue; // operands that cannot stand together, such as ah and r8
            }
            encodings.add(emission.bytes());
        }
    }

    byte[] next() {
        return switch (random.nextInt(4)) {
            case 0 -> bytes(random.nextInt(20));
            case 1 -> behindAnOpening();
            case 2 -> changed(encoding());
            default -> {
                byte[] whole = encoding();
                yield Arrays.copyOf(whole, random.nextInt(whole.length + 1));
            }
        };
    }

    private byte[] encoding() {
        return encodings.get(random.nextInt(encodings.size()));
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] behindAnOpening() {
        byte[] opening = OPENINGS[random.nextInt(OPENINGS.length)];
        byte[] bytes = bytes(opening.length + random.nextInt(16));
        System.arraycopy(opening, 0, bytes, 0, opening.length);
        return bytes;
    }

    private byte[] changed(byte[] encoding) {
        int at = random.nextInt(encoding.length);
        return switch (random.nextInt(4)) {
            case 0 -> flipped(encoding, at, 1 << random.nextInt(8));
            case 1 -> flipped(encoding, at, random.nextInt(256));
            case 2 -> joined(OPENINGS[random.nextInt(OPENINGS.length)], encoding);
            default -> joined(Arrays.copyOf(encoding, at), bytes(1), Arrays.copyOfRange(encoding, at, encoding.length));
        };
    }

    private static byte[] flipped(byte[] encoding, int at, int bits) {
        byte[] changed = encoding.clone();
        changed[at] ^= (byte) bits;
        return changed;
    }

    private static byte[] joined(byte[]... parts) {
        byte[] whole =
                new byte[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, whole, at, part.length);
            at += part.length;
        }
        return whole;
    }
}
