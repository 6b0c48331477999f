// SPDX-License-Identifier: Apache-2.0
package io.trapeze.formats.object;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.Instruction.Target;
import io.trapeze.emitter.Relocation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Blobs as source text for another assembler, which makes the same bytes of it.
 *
 * <p>Where that assembler would choose another encoding, the line holds the bytes, and its comment the instruction. Symbols
 * keep their names; other labels get a prefix that keeps them within the file, and a number where two blobs have the same.
 * Where one blob refers to a symbol of another, NASM fills the place in itself; GNU as leaves it to the linker.
 */
public enum AssemblerText {
    /** GNU as, 2.40 or later. */
    GAS(new Syntax(
            "#",
            ".L",
            ".byte",
            ".intel_syntax noprefix\n.text",
            ".globl  %1$s\n.type   %1$s, @%2$s\n.size   %1$s, %3$d",
            "object",
            ".extern %s",
            ".set    %s, . + %d",
            ".balign 64, 0xcc",
            ".section .note.GNU-stack, \"\", @progbits",
            GnuSyntax::symbol,
            GnuSyntax::text)),
    /** NASM, 2.16 or later, with {@code -f elf64}. */
    NASM(new Syntax(
            ";",
            "..@",
            "db",
            "bits 64\nsection .text align=64",
            "global  %s:%s (%d)",
            "data",
            "extern  %s",
            "%s equ $ + %d",
            "align 64, db 0xcc",
            "section .note.GNU-stack noalloc noexec nowrite progbits",
            NasmSyntax::symbol,
            NasmSyntax::text));

    private static final String MARGIN = "        ";

    /**
     * What is the same in every line of its kind.
     *
     * @param comment begins a comment
     * @param localPrefix makes a label local to the file, and unlike any other word of the language
     * @param bytes the directive that makes bytes
     * @param head comes before everything
     * @param defined makes a symbol global: its name, type and size go in
     * @param data the type of a symbol that is no function
     * @param external says that a symbol is defined elsewhere
     * @param ahead makes a label some bytes behind the place where it stands: within an instruction, or past the end
     * @param align pads with traps up to where the next blob starts
     * @param tail comes after everything: no executable stack
     * @param symbol a symbol as it stands in the text
     * @param text an instruction or address, if the assembler makes the same bytes of it
     */
    private record Syntax(
            String comment,
            String localPrefix,
            String bytes,
            String head,
            String defined,
            String data,
            String external,
            String ahead,
            String align,
            String tail,
            UnaryOperator<String> symbol,
            Function<Instruction, Optional<String>> text) {}

    private final Syntax syntax;

    AssemblerText(Syntax syntax) {
        this.syntax = syntax;
    }

    /**
     * Returns the text.
     *
     * @throws ObjectException if there is no blob, two define the same symbol, one was made without recording, or a symbol's
     *     name cannot stand in such a text
     */
    public String of(CodeBlob... blobs) {
        Text code = Text.of(List.of(blobs));
        Set<String> elsewhere = new LinkedHashSet<>();
        code.relocations().stream().map(Relocation::symbol).forEach(elsewhere::add);
        elsewhere.removeAll(code.symbols().keySet());
        StringBuilder lines = new StringBuilder();
        add(lines, syntax.head());
        code.symbols().forEach((name, s) -> {
            String type = s.type() == ElfFile.DATA ? syntax.data() : "function";
            add(lines, syntax.defined().formatted(syntax.symbol().apply(name), type, s.size()));
        });
        elsewhere.forEach(
                name -> add(lines, syntax.external().formatted(syntax.symbol().apply(name))));
        Set<String> taken = new HashSet<>();
        for (CodeBlob blob : blobs) {
            add(lines, syntax.align());
            add(lines, blob, taken, elsewhere);
        }
        add(lines, syntax.tail());
        return lines.toString();
    }

    private static void add(StringBuilder lines, String more) {
        more.lines().forEach(line -> lines.append(MARGIN).append(line).append('\n'));
    }

    private void add(StringBuilder lines, CodeBlob blob, Set<String> taken, Set<String> elsewhere) {
        if (blob.instructions().isEmpty() && blob.size() > 0) {
            throw new ObjectException("blob '" + blob.name()
                    + "' was made without recording, so its instructions are unknown: use new Assembler()");
        }
        NavigableMap<Integer, Set<String>> labels = new TreeMap<>();
        blob.symbols().forEach((name, at) -> label(labels, at, syntax.symbol().apply(name)));
        Map<String, String> names = new HashMap<>();
        for (Instruction instruction : blob.instructions()) {
            instruction.target().ifPresent(t -> {
                String name = names.computeIfAbsent(
                        t.name(), n -> t.external() ? syntax.symbol().apply(n) : local(n, taken));
                if (!t.external()) {
                    label(labels, t.offset(), name);
                }
            });
        }
        for (Instruction i : blob.instructions()) {
            int end = i.offset() + i.bytes().length;
            addLabels(lines, labels.subMap(i.offset(), end), i.offset());
            Optional<Target> target = i.target()
                    .map(t -> new Target(
                            names.get(t.name()), t.offset(), t.external() && elsewhere.contains(t.name()), t.addend()));
            add(lines, line(new Instruction(i.offset(), i.bytes(), i.form(), i.padding(), target, i.reason(), "")));
        }
        addLabels(lines, labels.tailMap(blob.size()), blob.size());
    }

    private void addLabels(StringBuilder lines, Map<Integer, Set<String>> labels, int here) {
        labels.forEach((at, names) -> names.forEach(name -> {
            if (at == here) {
                lines.append(name).append(":\n");
            } else {
                add(lines, syntax.ahead().formatted(name, at - here));
            }
        }));
    }

    private static void label(Map<Integer, Set<String>> labels, int offset, String name) {
        labels.computeIfAbsent(offset, o -> new LinkedHashSet<>()).add(name);
    }

    /**
     * A name within the file, for a symbol of the blob as well: GNU as leaves every reference to a global name to the linker, and
     * has no short branches to it.
     */
    private String local(String name, Set<String> taken) {
        String local = syntax.localPrefix() + name.replaceAll("\\W", "_");
        String unique = local;
        for (int i = 2; !taken.add(unique); i++) {
            unique = local + "_" + i;
        }
        return unique;
    }

    /** A comment ends with its line, and NASM goes on behind a backslash at the end of one. */
    private static String inOneLine(String reason) {
        String line = reason.replaceAll("\\p{Cntrl}+|\\R", " ");
        return line.endsWith("\\") ? line + " ." : line;
    }

    private String line(Instruction instruction) {
        Optional<String> same = syntax.text().apply(instruction);
        List<String> notes = new ArrayList<>();
        if (same.isEmpty() && instruction.form().isPresent()) {
            notes.add(instruction.textWithOffsets());
        }
        if (!instruction.reason().isEmpty()) {
            notes.add(inOneLine(instruction.reason()));
        }
        String line = same.orElseGet(
                () -> syntax.bytes() + " 0x" + HexFormat.ofDelimiter(", 0x").formatHex(instruction.bytes()));
        return notes.isEmpty() ? line : "%-44s  %s %s".formatted(line, syntax.comment(), String.join(": ", notes));
    }
}
