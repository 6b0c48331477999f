// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The instruction table as people write it: rows in the notation of the Intel manual. */
public final class WrittenTable {
    private WrittenTable() {}

    /**
     * Reads a table and checks every row.
     *
     * @param text the table's text
     * @throws TableException if a row cannot be true; the message has its line and the reason
     */
    public static InstructionTable read(String text) {
        List<Form> forms = new ArrayList<>();
        Map<String, Form> rows = new HashMap<>();
        Map<String, OperandSpec> operands = new HashMap<>();
        int line = 0;
        for (String row : text.lines().toList()) {
            line++;
            if (isForm(row)) {
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

    /**
     * Reads which class each row's method belongs to: the name in brackets before it.
     *
     * @param text the table's text
     * @return names by the line from which on they hold
     */
    public static NavigableMap<Integer, String> classes(String text) {
        NavigableMap<Integer, String> classes = new TreeMap<>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("[")) {
                classes.put(i + 1, lines.get(i).substring(1, lines.get(i).indexOf(']')));
            }
        }
        return classes;
    }

    private static boolean isForm(String row) {
        return !row.isBlank() && !row.startsWith("#") && !row.startsWith("[");
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
            boolean segmentable = false;
            int unit = 0;
            for (String flag : columns[3].strip().split(" +")) {
                if (flag.startsWith("text=")) {
                    text = Optional.of(flag.substring(5));
                } else if (flag.equals("lock")) {
                    lockable = true;
                } else if (flag.equals("segment")) {
                    segmentable = true;
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
                    segmentable,
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
                .map(word -> known.computeIfAbsent(word, OperandNotation::read))
                .toList();
    }

    /** The memory operand's size, whatever the tuple type: SDM vol. 2, tables 2-34 and 2-35, where no N= says otherwise. */
    private static int displacementUnit(Encoding encoding, List<OperandSpec> operands) {
        int bits = operands.stream().mapToInt(o -> o.kind().memoryBits()).max().orElse(0);
        return encoding.prefixing() == Encoding.Prefixing.EVEX && bits > 0 ? bits / 8 : 1;
    }
}
