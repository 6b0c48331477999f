// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.InstructionTable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

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
    private static final int OF_EACH_FORM = 6;

    private KnownBytes() {}

    /** Returns some samples of a form: the first and the last, and some between them at equal distances. */
    static List<Sample> samples(Form form) {
        List<Sample> all = new ArrayList<>();
        EveryEncoding.of(form, all::add);
        List<Sample> some = new ArrayList<>();
        for (int i = 0; i < OF_EACH_FORM; i++) {
            Sample sample = all.get((int) ((all.size() - 1) * (long) i / (OF_EACH_FORM - 1)));
            if (!some.contains(sample)) {
                some.add(sample);
            }
        }
        return some;
    }

    /** Encodes one sample by itself. */
    static Instruction encode(Sample sample) {
        Assembler assembler = new Assembler();
        sample.emitByName(assembler);
        return assembler.finish("sample").instructions().get(0);
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
        Set<String> texts = new LinkedHashSet<>();
        for (Form form : InstructionTable.shipped().forms()) {
            if (!EveryEncoding.isBranch(form)) {
                for (Sample sample : samples(form)) {
                    if (!KnownDifferences.concern(ReferenceAssembler.GNU_AS, sample)) {
                        texts.add(encode(sample).text());
                    }
                }
            }
        }
        Path directory = Files.createTempDirectory("known-bytes");
        List<String> encodings = ReferenceAssembler.GNU_AS.assemble(directory, List.copyOf(texts));
        List<String> lines = new ArrayList<>();
        String version = Tool.AS.run(directory, "--version").lines().findFirst().orElseThrow();
        lines.add("# SPDX-License-Identifier: Apache-2.0");
        lines.add("# What " + version + " makes of each line in Intel syntax; written by KnownBytes, which says how.");
        Iterator<String> bytes = encodings.iterator();
        texts.forEach(text -> lines.add(bytes.next().toLowerCase(Locale.ROOT) + " " + text));
        Files.write(Path.of(arguments[0]), lines);
    }
}
