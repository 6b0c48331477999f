// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Encodings that GNU as made, kept as a test resource: so that the encoder is held to something it did not write on
 * machines without other assemblers too.
 *
 * <p>{@link #main} writes the resource anew. It is needed after rows are added to the table:
 *
 * <pre>{@code
 * ./mvnw -pl emitter test-compile
 * java -cp emitter/target/test-classes:emitter/target/classes io.trapeze.emitter.oracle.KnownBytes \
 *     emitter/src/test/resources/io/trapeze/emitter/oracle/known-bytes.txt
 * }</pre>
 */
final class KnownBytes {
    private static final String RESOURCE = "known-bytes.txt";
    private static final int OF_EACH_SHAPE = 4;
    /** More than that, because for some operands another form is taken. */
    private static final int TRIED_OF_EACH_SHAPE = 400;

    private KnownBytes() {}

    /** Returns some encodings of each shape, from all over it. */
    static Batch some() {
        Batch batch = new Batch();
        Generator generator = new Generator(batch);
        for (Shape shape : Space.shapes()) {
            Plan.Part part = Plan.Part.spread(shape, TRIED_OF_EACH_SHAPE, 0);
            int end = batch.size() + OF_EACH_SHAPE;
            for (int i = 0; i < part.count() && batch.size() < end; i++) {
                generator.add(shape, part.number(i));
            }
        }
        return batch;
    }

    /** Reads the resource: hexadecimal digits by text. */
    static Map<String, String> read() throws IOException {
        try (InputStream in = KnownBytes.class.getResourceAsStream(RESOURCE)) {
            Map<String, String> bytes = new HashMap<>();
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .forEach(line -> {
                        int space = line.indexOf(' ');
                        bytes.put(line.substring(space + 1), line.substring(0, space));
                    });
            return bytes;
        }
    }

    /** Writes the resource to the file named. */
    public static void main(String[] arguments) throws IOException {
        Batch batch = some();
        List<String> texts = IntStream.range(0, batch.size())
                .filter(i -> KnownDifferences.of(ReferenceAssembler.GNU_AS, batch.sample(i))
                        .isEmpty())
                .mapToObj(batch::text)
                .toList();
        Path directory = Files.createTempDirectory("known-bytes");
        List<String> encodings = ReferenceAssembler.GNU_AS.assemble(directory, texts);
        List<String> lines = new ArrayList<>();
        lines.add("# SPDX-License-Identifier: Apache-2.0");
        lines.add("# What " + Tool.AS.version()
                + " makes of each line in Intel syntax; written by KnownBytes, which says how.");
        for (int i = 0; i < texts.size(); i++) {
            lines.add(encodings.get(i).toLowerCase(Locale.ROOT) + " " + texts.get(i));
        }
        Files.write(Path.of(arguments[0]), lines);
    }
}
