// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All instruction forms, in table order.
 *
 * <p>The typed methods do not need it: it is read when a listing, a message or a look-up by name asks for it first.
 */
public final class InstructionTable {
    private static final String RESOURCE = "x86-64.table";

    private final List<Form> forms;
    private final Map<String, List<Form>> byName;
    private final Map<String, List<Form>> byPrintedName;

    private InstructionTable(List<Form> forms) {
        this.forms = List.copyOf(forms);
        Map<String, List<Form>> names = new LinkedHashMap<>();
        Map<String, List<Form>> printed = new HashMap<>();
        for (Form form : forms) {
            for (String name : form.names()) {
                names.computeIfAbsent(name, n -> new ArrayList<>()).add(form);
            }
            if (form.printedName().isPresent()) {
                printed.computeIfAbsent(form.printedName().get(), n -> new ArrayList<>())
                        .add(form);
            }
        }
        names.replaceAll((name, list) -> List.copyOf(list));
        this.byName = names;
        this.byPrintedName = printed;
    }

    /** Returns the shipped table. */
    public static InstructionTable shipped() {
        return Shipped.TABLE;
    }

    /**
     * Reads a table and checks every row.
     *
     * @param text the table's text
     * @throws TableException if a row cannot be true; the message has its line and the reason
     */
    public static InstructionTable parse(String text) {
        List<Form> forms = new ArrayList<>();
        Map<String, Form> rows = new HashMap<>();
        Map<String, OperandSpec> operands = new HashMap<>();
        int line = 0;
        for (String row : text.lines().toList()) {
            line++;
            if (!row.isBlank() && !row.startsWith("#")) {
                Form form = form(forms.size(), line, row, operands);
                Form twin = rows.putIfAbsent(form.toString(), form);
                if (twin != null) {
                    throw new TableException(line, row, "it says the same as line " + twin.line());
                }
                if (form.id() > Descriptor.LARGEST_ID) {
                    throw new TableException(line, row, "a descriptor counts no further than " + Descriptor.LARGEST_ID);
                }
                forms.add(form);
            }
        }
        return new InstructionTable(forms);
    }

    /** Returns every form; a form's place in the list is its {@link Form#id()}. */
    public List<Form> forms() {
        return forms;
    }

    /** Returns the form with this id. */
    public Form form(int id) {
        return forms.get(id);
    }

    /**
     * Returns the forms of a mnemonic, in order of preference; empty if unknown.
     *
     * @param mnemonic in lower case, any of its names; or what disassemblers print for some of its forms, which gives these
     */
    public List<Form> named(String mnemonic) {
        List<Form> named = byName.get(mnemonic);
        return named != null ? named : byPrintedName.getOrDefault(mnemonic, List.of());
    }

    /** Returns every mnemonic, other names included. */
    public Set<String> mnemonics() {
        return byName.keySet();
    }

    /**
     * Finds the form that moves between registers in the other direction, where taking it can shorten the VEX prefix.
     *
     * @param form a form whose operands all are registers in the instruction at hand
     * @see Guard#isShorterReversed
     */
    public Optional<Form> reversed(Form form) {
        Encoding encoding = form.encoding();
        boolean mayBeShort = encoding.prefixing() == Encoding.Prefixing.VEX && encoding.map() == 1 && !encoding.w();
        if (!mayBeShort || form.opEn() != OpEn.RM && form.opEn() != OpEn.RVM) {
            return Optional.empty();
        }
        OpEn back = form.opEn() == OpEn.RM ? OpEn.MR : OpEn.MVR;
        return named(form.mnemonic()).stream()
                .filter(other -> other.opEn() == back
                        && other.encoding().prefixing() == Encoding.Prefixing.VEX
                        && other.hasRegistersOf(form))
                .findFirst();
    }

    private static Form form(int id, int line, String row, Map<String, OperandSpec> known) {
        String[] columns = row.split("\\|", -1);
        if (columns.length != 4) {
            throw new TableException(line, row, "expected 4 columns, found " + columns.length);
        }
        String signature = columns[0].strip();
        int space = signature.indexOf(' ');
        String names = space < 0 ? signature : signature.substring(0, space);
        try {
            List<OperandSpec> operands = space < 0 ? List.of() : operands(signature.substring(space), known);
            Set<String> features = new LinkedHashSet<>();
            Optional<String> text = Optional.empty();
            boolean lockable = false;
            int unit = 0;
            for (String flag : columns[3].strip().split(" +")) {
                if (flag.startsWith("text=")) {
                    text = Optional.of(flag.substring(5));
                } else if (flag.equals("lock")) {
                    lockable = true;
                } else if (flag.startsWith("N=")) {
                    unit = Integer.parseInt(flag.substring(2));
                } else if (!flag.equals("-")) {
                    features.add(flag);
                }
            }
            String encoding = columns[1].strip();
            Encoding fixed = EncodingNotation.read(encoding);
            Form form = new Form(
                    id,
                    List.of(mnemonics(names)),
                    operands,
                    fixed,
                    encoding,
                    OpEn.valueOf(columns[2].strip()),
                    unit > 0 ? unit : displacementUnit(fixed, operands),
                    lockable,
                    text,
                    Set.copyOf(features),
                    line);
            FormRules.check(form);
            return form;
        } catch (IllegalArgumentException e) {
            throw new TableException(line, row, e.getMessage());
        }
    }

    private static String[] mnemonics(String names) {
        return names.toLowerCase(Locale.ROOT).split("/");
    }

    private static List<OperandSpec> operands(String list, Map<String, OperandSpec> known) {
        return Arrays.stream(list.strip().split(" *, *"))
                .map(word -> known.computeIfAbsent(word, OperandSpec::read))
                .toList();
    }

    /** The memory operand's size, whatever the tuple type: SDM vol. 2, tables 2-34 and 2-35, where no N= says otherwise. */
    private static int displacementUnit(Encoding encoding, List<OperandSpec> operands) {
        int bits = operands.stream().mapToInt(o -> o.kind().memoryBits()).max().orElse(0);
        return encoding.prefixing() == Encoding.Prefixing.EVEX && bits > 0 ? bits / 8 : 1;
    }

    /** Holds the shipped table, read on first use. */
    private static final class Shipped {
        static final InstructionTable TABLE = parse(read());

        private static String read() {
            try (InputStream in = InstructionTable.class.getResourceAsStream(RESOURCE)) {
                if (in == null) {
                    throw new IllegalStateException(
                            "the instruction table " + RESOURCE + " is missing from the emitter's jar: rebuild it");
                }
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read the instruction table " + RESOURCE, e);
            }
        }
    }
}
