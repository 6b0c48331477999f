// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapeze.emitter.isa.Form;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GNU as, told what a processor has, takes a form where the row's features are there and refuses it where none is. */
class FeatureWordsTest {
    private static final Map<String, String> SPELLED = Map.ofEntries(
            Map.entry("bmi1", "bmi"),
            Map.entry("cet", "ibt"),
            Map.entry("cet_ss", "shstk"),
            Map.entry("monitor", "sse3"),
            Map.entry("pclmulqdq", "pclmul"),
            Map.entry("pku", "ospke"),
            Map.entry("prefetchw", "prfchw"),
            Map.entry("rdrand", "rdrnd"),
            Map.entry("sgx", "se1"),
            Map.entry("svm", "svme"),
            Map.entry("vmx", "vmx .ept .vmfunc"));
    /** Features that GNU as 2.40 knows, but under no name that .arch takes. */
    private static final Set<String> UNNAMED = Set.of("invlpgb", "sev_snp");

    private static final Pattern REFUSED = Pattern.compile("code\\.s:(\\d+): Error: .*");

    /** A line for each form, in table order. */
    private static final Map<Form, String> LINES = new LinkedHashMap<>();

    @BeforeAll
    static void writeLines() {
        Tool.AS.assumePresent();
        Batch batch = KnownBytes.some();
        for (int i = 0; i < batch.size(); i++) {
            Form form = batch.form(i);
            boolean comparable = KnownDifferences.of(ReferenceAssembler.GNU_AS, batch.sample(i))
                            .isEmpty()
                    && form.features().stream().noneMatch(UNNAMED::contains)
                    && !form.mnemonic()
                            .equals("fisttp"); // CPUID counts it to SSE3, GNU as has a word of its own for it
            if (comparable) {
                LINES.putIfAbsent(form, batch.text(i));
            }
        }
    }

    @Test
    void eachFormIsLegalWhereItsFeaturesAre(@TempDir Path directory) throws IOException {
        List<String> source = new ArrayList<>(List.of(".intel_syntax noprefix"));
        LINES.forEach((form, line) -> {
            source.add(".arch generic64");
            form.features().stream()
                    .flatMap(word -> Pattern.compile(" \\.").splitAsStream(SPELLED.getOrDefault(word, word)))
                    .forEach(word -> source.add(".arch ." + word));
            source.add(line);
        });
        assemble(directory, source);
        assertThat(directory.resolve("code.o")).isNotEmptyFile();
    }

    @Test
    void noFormIsLegalWithoutItsFeatures(@TempDir Path directory) throws IOException {
        List<String> source = new ArrayList<>(List.of(".intel_syntax noprefix", ".arch generic64"));
        int first = source.size() + 1;
        List<Form> forms =
                LINES.keySet().stream().filter(f -> !f.features().isEmpty()).toList();
        forms.forEach(form -> source.add(LINES.get(form)));
        assertThatThrownBy(() -> assemble(directory, source)).isInstanceOf(AssertionError.class);
        Set<Form> refused = Files.readAllLines(directory.resolve("as.err")).stream()
                .map(REFUSED::matcher)
                .filter(Matcher::matches)
                .map(m -> forms.get(Integer.parseInt(m.group(1)) - first))
                .collect(Collectors.toSet());
        assertThat(forms)
                .hasSizeGreaterThan(900)
                .filteredOn(form -> !refused.contains(form))
                .isEmpty();
    }

    private static void assemble(Path directory, List<String> source) throws IOException {
        Files.write(directory.resolve("code.s"), source);
        Tool.AS.run(directory, "--64", "-o", "code.o", "code.s");
    }
}
