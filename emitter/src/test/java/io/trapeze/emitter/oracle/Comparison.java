// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Our bytes beside those that another assembler makes of our text.
 *
 * <p>A batch is compared as a whole. Only where it differs, or the other assembler refuses a line, are the encodings of which a
 * {@linkplain KnownDifferences difference is known} looked at one by one, and the rest as a whole again.
 */
final class Comparison {
    private static final Pattern COMPLAINT = Pattern.compile("code\\.s:(\\d+):(.*)");

    private final ReferenceAssembler assembler;
    private final Path directory;

    Comparison(ReferenceAssembler assembler, Path directory) {
        this.assembler = assembler;
        this.directory = directory;
    }

    /** Returns what encodings of which an assembler makes the same bytes are counted as. */
    static String same(Tool assembler) {
        return assembler.name() + " makes the same bytes";
    }

    /** Returns what encodings of a known difference are counted as. */
    static String differs(KnownDifferences difference) {
        return "differs, " + difference;
    }

    /** Compares all encodings of a batch. */
    void compare(Batch batch, Tally tally) {
        if (isSame(batch.textBuffer(), batch.textLength(), batch.code())) {
            tally.count(same(assembler.tool()), batch.size());
            return;
        }
        Batch rest = new Batch();
        List<Integer> known = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            Optional<KnownDifferences> difference = KnownDifferences.of(assembler, batch.sample(i));
            if (difference.isEmpty()) {
                rest.add(batch, i);
            } else if (KnownDifferences.isUnreadable(assembler, batch.sample(i))) {
                tally.count(differs(difference.get()), 1);
            } else {
                known.add(i);
            }
        }
        if (isSame(rest.textBuffer(), rest.textLength(), rest.code())) {
            tally.count(same(assembler.tool()), rest.size());
        } else {
            compareEach(rest, tally);
        }
        if (!known.isEmpty()) {
            compareKnown(batch, known, tally);
        }
    }

    private boolean isSame(byte[] text, int length, byte[] ours) {
        return assembler
                .assemble(directory, text, length)
                .filter(theirs -> Arrays.equals(theirs, ours))
                .isPresent();
    }

    /** Finds the encodings that differ without a reason. */
    private void compareEach(Batch batch, Tally tally) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            texts.add(batch.text(i));
        }
        List<String> theirs;
        try {
            theirs = assembler.assemble(directory, texts);
        } catch (AssertionError refused) {
            Matcher complaints = COMPLAINT.matcher(refused.getMessage());
            while (complaints.find()) {
                int i = Integer.parseInt(complaints.group(1)) - 2; // below the line that chooses the syntax
                fail(batch, i, complaints.group(2), tally);
            }
            return;
        }
        for (int i = 0; i < theirs.size(); i++) {
            String ours = HexFormat.of().formatHex(batch.code(i));
            if (ours.equals(theirs.get(i).toLowerCase(Locale.ROOT))) {
                tally.count(same(assembler.tool()), 1);
            } else {
                fail(batch, i, theirs.get(i), tally);
            }
        }
    }

    /** Looks at encodings of which a difference is known: ours may not be longer, and objdump must read the same in both. */
    private void compareKnown(Batch batch, List<Integer> known, Tally tally) {
        List<byte[]> ours = known.stream().map(batch::code).toList();
        List<byte[]> theirs = assembler
                .assemble(directory, known.stream().map(batch::text).toList())
                .stream()
                .map(HexFormat.of()::parseHex)
                .toList();
        List<String> ourText = read(ours);
        List<String> theirText = read(theirs);
        for (int k = 0; k < known.size(); k++) {
            int i = known.get(k);
            if (Arrays.equals(theirs.get(k), ours.get(k))) {
                tally.count(same(assembler.tool()), 1);
            } else if (ours.get(k).length <= theirs.get(k).length
                    && ourText.get(k).equals(theirText.get(k))) {
                tally.count(
                        differs(KnownDifferences.of(assembler, batch.sample(i)).orElseThrow()), 1);
            } else {
                fail(batch, i, HexFormat.of().formatHex(theirs.get(k)), tally);
            }
        }
    }

    /** Returns what objdump reads in each; nothing in any if there is no objdump. */
    private List<String> read(List<byte[]> encodings) {
        if (!Tool.OBJDUMP.present()) {
            return Collections.nCopies(encodings.size(), "");
        }
        ByteArrayOutputStream code = new ByteArrayOutputStream();
        encodings.forEach(code::writeBytes);
        List<String> texts = new ArrayList<>(Disassembly.of(directory, code.toByteArray()).stream()
                .map(Disassembly.Line::text)
                .toList());
        if (texts.size() != encodings.size()) {
            texts = encodings.stream()
                    .map(bytes -> Disassembly.of(directory, bytes).toString())
                    .toList();
        }
        return texts;
    }

    private void fail(Batch batch, int i, String theirs, Tally tally) {
        tally.fail(
                assembler.tool().name(),
                batch.form(i),
                "'%s' is %s here, %s there"
                        .formatted(batch.text(i), HexFormat.of().formatHex(batch.code(i)), theirs));
    }
}
