// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi.file;

import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiField;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/** ABIs as the text of files that {@link AbiFile} reads back to the same. */
public final class AbiText {
    private AbiText() {}

    /** Returns a file that says everything and extends nothing. */
    public static String complete(Abi abi) {
        return lines("", Description.of(abi), field -> true, AbiText::plain);
    }

    /**
     * Returns a file that says what differs from a base.
     *
     * @param extended what its key {@code extends} says: the base's name, or where its file is
     */
    public static String difference(Abi abi, Abi base, String extended) {
        Description from = Description.of(base);
        Description to = Description.of(abi);
        return lines(
                extending(extended),
                to,
                field -> field == AbiField.NAME || !to.get(field).equals(from.get(field)),
                AbiText::plain);
    }

    /**
     * Returns a file to be edited: it is its base, and has each key in a comment, with its value in the base and its meaning.
     *
     * @param extended what its key {@code extends} says
     */
    public static String template(Abi base, String extended) {
        return "# An ABI of your own. What is not said here is as in " + extended
                + ": drop the # before a key to change it.\n"
                + lines(
                        extending(extended),
                        Description.of(base),
                        field -> field != AbiField.NAME,
                        (field, value) -> "# " + Meaning.of(field) + "\n"
                                + plain(field, value).replaceAll("(?m)^", "# "));
    }

    /** Returns the keys of a complete file by table, with lists, maps, texts, numbers and truth values behind them. */
    public static Map<String, Object> fields(Abi abi) {
        Map<String, Object> fields = new LinkedHashMap<>();
        Map<String, Map<String, Object>> tables = new LinkedHashMap<>();
        Description.of(abi).values().forEach((field, value) -> {
            int dot = field.path().indexOf('.');
            if (dot < 0) {
                fields.put(field.path(), value.plain());
            } else {
                tables.computeIfAbsent(field.path().substring(0, dot), t -> new LinkedHashMap<>())
                        .put(field.path().substring(dot + 1), value.plain());
            }
        });
        fields.putAll(tables);
        return fields;
    }

    private static String extending(String extended) {
        return Statements.EXTENDS + " = " + Value.quoted(extended) + "\n";
    }

    private static String lines(
            String head, Description description, Predicate<AbiField> which, BiFunction<AbiField, Value, String> line) {
        StringBuilder text = new StringBuilder(head);
        String table = "";
        for (Map.Entry<AbiField, Value> entry : description.values().entrySet()) {
            String path = entry.getKey().path();
            if (!which.test(entry.getKey())) {
                continue;
            }
            String its = path.substring(0, Math.max(0, path.indexOf('.')));
            if (!its.equals(table)) {
                text.append("\n[").append(its).append("]\n");
                table = its;
            }
            text.append(line.apply(entry.getKey(), entry.getValue())).append('\n');
        }
        return text.toString();
    }

    private static String plain(AbiField field, Value value) {
        return field.path().substring(field.path().indexOf('.') + 1) + " = " + value.toml();
    }
}
