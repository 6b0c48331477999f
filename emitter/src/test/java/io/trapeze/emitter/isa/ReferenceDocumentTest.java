// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Holds {@code docs/reference.md} to the instruction table. With {@code -Dtrapeze.docs=write} it writes the document
 * instead.
 */
@DisplayName("docs/reference.md")
class ReferenceDocumentTest {
    private static final String COMMAND =
            "./mvnw -q -pl emitter test -Dtest=ReferenceDocumentTest -Dtrapeze.docs=write";
    private static final Path DOCUMENT =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolveSibling("docs/reference.md");

    /** A part of the table, with the forms of each mnemonic in it. */
    private record Section(String title, String owner, Map<String, List<Form>> families) {
        int forms() {
            return families.values().stream().mapToInt(List::size).sum();
        }

        String anchor() {
            return title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 -]", "").replace(' ', '-');
        }
    }

    @Test
    void saysWhatTheTableSays() throws IOException {
        String generated = document(sections());
        if (System.getProperty("trapeze.docs", "").equals("write")) {
            Files.writeString(DOCUMENT, generated);
        }
        assertThat(Files.readString(DOCUMENT).equals(generated))
                .as("docs/reference.md is what the table says; to write it anew: " + COMMAND)
                .isTrue();
    }

    @Test
    void everyFormStandsInOneSection() throws IOException {
        List<Section> sections = sections();
        assertThat(sections.stream().mapToInt(Section::forms).sum())
                .isEqualTo(InstructionTable.shipped().forms().size());
        assertThat(sections).extracting(Section::title).doesNotHaveDuplicates();
        assertThat(sections)
                .allSatisfy(section -> assertThat(section.families()).isNotEmpty());
    }

    /** A section of the table begins with a comment line behind an empty one. */
    private static List<Section> sections() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("src/generator/x86-64.table"));
        Map<Integer, Form> byLine =
                InstructionTable.shipped().forms().stream().collect(Collectors.toMap(Form::line, Function.identity()));
        List<Section> sections = new ArrayList<>();
        String owner = "";
        for (int i = 1; i < lines.size(); i++) {
            Form form = byLine.get(i + 1);
            if (form != null) {
                sections.get(sections.size() - 1)
                        .families()
                        .computeIfAbsent(form.mnemonic(), m -> new ArrayList<>())
                        .add(form);
            } else if (lines.get(i).startsWith("# ") && lines.get(i - 1).isEmpty()) {
                sections.add(new Section(lines.get(i).substring(2), owner, new LinkedHashMap<>()));
            } else if (lines.get(i).startsWith("[")) {
                String name = lines.get(i).replaceAll("[\\[\\]]", "").toLowerCase(Locale.ROOT);
                owner = name.equals("instructions") ? "" : "\nMethods of `a." + name + "()`.\n";
            }
        }
        return sections;
    }

    private static String document(List<Section> sections) {
        List<Form> forms = InstructionTable.shipped().forms();
        StringBuilder text = new StringBuilder("""
                <!-- SPDX-License-Identifier: Apache-2.0 -->
                # Instructions

                Every instruction form that Trapeze encodes and decodes: %,d forms of %,d instructions.

                This page is generated from the [table](../emitter/src/generator/x86-64.table) that
                the encoder, the typed methods and the decoder are made from, and a test holds the two together. To write it
                anew: `%s`

                In Java an instruction is a method of the assembler, `a.add(rax, rcx)`, or of what the head of its section names, as
                `a.avx().vaddpd(xmm0, xmm1, xmm2)`. Those that need AVX-512, by an encoding that begins with EVEX or by a mask
                register, are methods of `a.avx512()`; those that have such a form besides others are there, too, and so can follow a
                mask or a rounding: `a.avx512().k(k1).vaddpd(xmm0, xmm1, xmm2)`.

                A line is a form: operands, encoding, where the operands go, and flags. Of the forms of one instruction the first
                is taken that fits. The notation is the Intel manual's (volume 2, "Instruction format"); beyond it:

                | column | | |
                |---|---|---|
                | operands | `:w` `:rw` `:-` | written, read and written, neither; all others are read |
                | | `simm8` `simm32` | an immediate that the processor sign-extends |
                | | `{k}` `{z}` `{er}` `{sae}` | allows a mask, zeroing, rounding, no exceptions |
                | encoding | `O16` | the operand-size prefix 66H |
                | Op/En | `M` `R` `V` | ModRM.rm, ModRM.reg, VEX.vvvv |
                | | `O` `I` `D` `ZO` | low bits of the opcode, immediate, branch displacement, nothing |
                | flags | `lock` | the LOCK prefix is legal with a memory destination |
                | | others | CPUID features beyond the x86-64 baseline |

                ## Sections

                """.formatted(
                forms.size(), forms.stream().map(Form::mnemonic).distinct().count(), COMMAND));
        for (Section section : sections) {
            text.append("- [%s](#%s): %d forms\n".formatted(section.title(), section.anchor(), section.forms()));
        }
        index(text, sections);
        for (Section section : sections) {
            text.append("\n## ").append(section.title()).append("\n").append(section.owner());
            section.families().forEach((mnemonic, family) -> family(text, anchor(section, mnemonic), mnemonic, family));
        }
        return text.toString();
    }

    /** Every name with the places that have it. */
    private static void index(StringBuilder text, List<Section> sections) {
        Map<String, List<String>> places = new TreeMap<>();
        for (Section section : sections) {
            section.families().forEach((mnemonic, family) -> {
                Set<String> names = new TreeSet<>();
                family.forEach(form -> names.addAll(form.names()));
                names.forEach(name ->
                        places.computeIfAbsent(name, n -> new ArrayList<>()).add(anchor(section, mnemonic)));
            });
        }
        text.append("\n## Index\n");
        places.keySet().stream()
                .collect(Collectors.groupingBy(name -> name.charAt(0), TreeMap::new, Collectors.toList()))
                .forEach((letter, names) -> text.append("\n<details><summary><b>%s</b></summary>\n\n%s\n\n</details>\n"
                        .formatted(
                                letter,
                                names.stream()
                                        .map(name -> entry(name, places.get(name)))
                                        .collect(Collectors.joining(" ·\n")))));
    }

    private static String entry(String name, List<String> places) {
        StringBuilder entry = new StringBuilder("[" + name + "](#" + places.get(0) + ")");
        for (int i = 1; i < places.size(); i++) {
            entry.append(" [%d](#%s)".formatted(i + 1, places.get(i)));
        }
        return entry.toString();
    }

    private static String anchor(Section section, String mnemonic) {
        return mnemonic + "--" + section.anchor();
    }

    private static void family(StringBuilder text, String anchor, String mnemonic, List<Form> forms) {
        TreeSet<String> others = new TreeSet<>();
        forms.forEach(form -> others.addAll(form.names()));
        others.remove(mnemonic);
        String also = others.isEmpty() ? "" : ", also " + String.join(", ", others);
        String count = forms.size() == 1 ? "1 form" : forms.size() + " forms";
        text.append("\n<details id=\"%s\"><summary><b>%s</b>%s · %s</summary>\n\n```text\n"
                .formatted(anchor, mnemonic, also, count));
        int operands = widest(forms, ReferenceDocumentTest::operands);
        int encoding = widest(forms, Form::encodingText);
        int opEn = widest(forms, form -> form.opEn().name());
        String line = "%-" + Math.max(operands, 1) + "s  %-" + encoding + "s  %-" + opEn + "s  %s";
        for (Form form : forms) {
            text.append(line.formatted(operands(form), form.encodingText(), form.opEn(), flags(form))
                            .stripTrailing())
                    .append('\n');
        }
        text.append("```\n\n</details>\n");
    }

    private static int widest(List<Form> forms, Function<Form, String> column) {
        return forms.stream()
                .mapToInt(form -> column.apply(form).length())
                .max()
                .orElse(0);
    }

    private static String operands(Form form) {
        return form.operands().stream()
                .map(operand -> operand
                        + switch (operand.access()) {
                            case READ -> "";
                            case WRITE -> ":w";
                            case READ_WRITE -> ":rw";
                            case NONE -> ":-";
                        })
                .collect(Collectors.joining(", "));
    }

    private static String flags(Form form) {
        return (form.lockable() ? "lock " : "") + String.join(" ", new TreeSet<>(form.features()));
    }
}
