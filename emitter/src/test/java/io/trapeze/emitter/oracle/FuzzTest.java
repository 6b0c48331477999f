// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.decode.DecodedInstruction;
import io.trapeze.emitter.decode.Decoder;
import io.trapeze.emitter.text.Problem;
import io.trapeze.emitter.text.SourceException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Decoder and text assembler against inputs that nobody would write: no exception but the documented ones, no hang. */
class FuzzTest {
    private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());
    private static final long SLICE_OF_CODE = 100_000;
    private static final long SLICE_OF_TEXTS = 8_000;
    private static final long ALL_CODE = 9_000_000;
    private static final long ALL_TEXTS = 1_000_000;
    private static final int SHOWN = 16;

    /** An instruction is a few objects; the first one has the table read. */
    private static final long MOST_FOR_CODE = 1 << 26;
    /** A source may ask for 64 MB of code, which is then there several times over. */
    private static final long MOST_FOR_TEXT = 1 << 30;

    private long decoded;
    private long assembled;

    @Test
    void theDecoderTakesASliceOfAnyBytes() {
        fuzzDecoder(SEED, SLICE_OF_CODE);
    }

    @Test
    void theTextAssemblerTakesASliceOfAnyText() {
        fuzzText(SEED, SLICE_OF_TEXTS);
    }

    @Test
    @Tag("exhaustive")
    void theDecoderTakesAnyBytes() {
        long start = System.nanoTime();
        fuzzDecoder(1, ALL_CODE);
        System.out.printf(
                "%,d inputs to the decoder, %,d of them instructions, in %d s%n", ALL_CODE, decoded, seconds(start));
    }

    @Test
    @Tag("exhaustive")
    void theTextAssemblerTakesAnyText() {
        long start = System.nanoTime();
        fuzzText(1, ALL_TEXTS);
        System.out.printf(
                "%,d inputs to the text assembler, %,d of them assembled, in %d s%n",
                ALL_TEXTS, assembled, seconds(start));
    }

    private static long seconds(long start) {
        return (System.nanoTime() - start) / 1_000_000_000;
    }

    private void fuzzDecoder(long seed, long count) {
        RandomCode code = new RandomCode(new Random(seed));
        new Watchdog<byte[]>(MOST_FOR_CODE, bytes -> HexFormat.of().formatHex(bytes) + ", seed " + seed)
                .watch(count, i -> code.next(), this::decode);
        assertThat(decoded).isBetween(count / 4, count * 9 / 10);
    }

    private void decode(byte[] bytes) {
        Optional<DecodedInstruction> found = Decoder.decode(bytes, 0);
        if (found.isEmpty()) {
            return;
        }
        int length = found.get().fields().length();
        assertThat(length).isBetween(1, Math.min(bytes.length, 15));
        byte[] alone = Arrays.copyOf(bytes, length);
        if (!Decoder.decode(alone, 0).equals(found)) {
            throw new AssertionError("what follows an instruction changes how it is read");
        }
        if (decoded++ % SHOWN == 0) {
            CodeBlob blob = CodeBlob.disassemble("code", bytes);
            assertThat(blob.listing()).isNotEmpty();
            assertThat(blob.instructions().stream().mapToInt(Instruction::size).sum())
                    .isEqualTo(bytes.length);
        }
    }

    private void fuzzText(long seed, long count) {
        RandomText texts = new RandomText(new Random(seed));
        new Watchdog<String>(MOST_FOR_TEXT, text -> "'" + text + "', seed " + seed)
                .watch(count, i -> texts.next(), this::assemble);
        assertThat(assembled).isBetween(count / 20, count * 9 / 10);
    }

    private void assemble(String text) {
        try {
            Assembler.parse(text);
            assembled++;
        } catch (SourceException e) {
            assertThat(e.problems()).isNotEmpty().allSatisfy(FuzzTest::tells);
        }
    }

    private static void tells(Problem problem) {
        assertThat(problem.message()).isNotBlank();
        assertThat(problem.line()).isPositive();
        assertThat(problem.column()).isPositive();
    }
}
