// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.object;

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
import java.util.Optional;
import java.util.Set;

/**
 * Blobs as source text for another assembler, which makes the same bytes of it.
 *
 * <p>Where that assembler would choose another encoding, the line holds the bytes, and its comment the instruction. Symbols
 * keep their names; other labels get a prefix that keeps them within the file, and a number where two blobs have the same.
 * Where one blob refers to a symbol of another, NASM fills the place in itself; GNU as leaves it to the linker.
 */
public enum AssemblerText {
    /** GNU as, 2.40 or later. */
    GAS(new GnuSyntax()),
    /** NASM, 2.16 or later, with {@code -f elf64}. */
    NASM(new NasmSyntax());

    private static final String MARGIN = "        ";

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
        List<String> lines = new ArrayList<>(List.of(syntax.head().split("\n")));
        code.symbols()
                .forEach((name, s) ->
                        lines.addAll(List.of(syntax.defined(name, s).split("\n"))));
        elsewhere.forEach(name -> lines.addAll(syntax.external(name).lines().toList()));
        Set<String> taken = new HashSet<>();
        for (CodeBlob blob : blobs) {
            lines.add(syntax.align());
            lines.addAll(lines(blob, taken, elsewhere));
        }
        lines.add(syntax.tail());
        StringBuilder text = new StringBuilder();
        lines.forEach(line ->
                text.append(line.endsWith(":") ? "" : MARGIN).append(line).append('\n'));
        return text.toString();
    }

    /** The lines of one blob; labels end in a colon. */
    private List<String> lines(CodeBlob blob, Set<String> taken, Set<String> elsewhere) {
        if (blob.instructions().isEmpty() && blob.size() > 0) {
            throw new ObjectException("blob '" + blob.name()
                    + "' was made without recording, so its instructions are unknown: use new Assembler()");
        }
        Map<Integer, Set<String>> labels = new HashMap<>();
        blob.symbols().forEach((name, at) -> label(labels, at, syntax.symbol(name)));
        Map<String, String> names = new HashMap<>();
        for (Instruction instruction : blob.instructions()) {
            instruction.target().ifPresent(t -> {
                String name = names.computeIfAbsent(t.name(), n -> t.external() ? syntax.symbol(n) : local(n, taken));
                if (!t.external()) {
                    label(labels, t.offset(), name);
                }
            });
        }
        List<String> lines = new ArrayList<>();
        for (Instruction i : blob.instructions()) {
            lines.addAll(labels.getOrDefault(i.offset(), Set.of()));
            Optional<Target> target = i.target()
                    .map(t -> new Target(
                            names.get(t.name()), t.offset(), elsewhere.contains(t.name()) && t.external(), t.addend()));
            lines.add(
                    line(new Instruction(i.offset(), i.bytes(), i.form(), i.padding(), target, i.reason(), i.rule())));
        }
        lines.addAll(labels.getOrDefault(blob.size(), Set.of()));
        return lines;
    }

    private static void label(Map<Integer, Set<String>> labels, int offset, String name) {
        labels.computeIfAbsent(offset, o -> new LinkedHashSet<>()).add(name + ":");
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

    private String line(Instruction instruction) {
        Optional<String> exact = syntax.text(instruction);
        String text = exact.orElseGet(
                () -> syntax.bytes() + " 0x" + HexFormat.ofDelimiter(", 0x").formatHex(instruction.bytes()));
        String note = exact.isPresent() || instruction.form().isEmpty() ? "" : instruction.textWithOffsets();
        String reason = instruction.reason();
        note += note.isEmpty() || reason.isEmpty() ? reason : ": " + reason;
        return note.isEmpty() ? text : "%-44s  %s %s".formatted(text, syntax.comment(), note);
    }
}
