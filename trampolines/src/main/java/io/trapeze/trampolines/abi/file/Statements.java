// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi.file;

import io.trapeze.emitter.operand.Registers;
import io.trapeze.trampolines.abi.AbiException;
import io.trapeze.trampolines.abi.AbiField;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** What one file says, key by key, with the place of each key, and what is wrong with single keys. */
final class Statements {
    /** The key that names what a file starts from. */
    static final String EXTENDS = "extends";

    /** Characters that a listing's heading has room for. */
    private static final int LONGEST_TEXT = 60;

    /** Characters that end a line, command a terminal or turn the direction of writing: a name gets into comments and onto screens. */
    static final Pattern UNSEEN = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

    private static final String LINE = "one line of up to " + LONGEST_TEXT + " characters, all of them to be seen";

    private static final Pattern BARE_KEY = Pattern.compile("[A-Za-z0-9_-]+");

    /**
     * One key.
     *
     * @param at where it stands
     * @param elements where the elements of its list stand
     */
    record Statement(Value value, TomlPosition at, List<TomlPosition> elements) {}

    private final String file;
    private final Map<AbiField, Statement> statements = new EnumMap<>(AbiField.class);
    private final List<Problem> problems = new ArrayList<>();
    private Optional<Value.Word> base = Optional.empty();
    private TomlPosition baseAt = TomlPosition.positionAt(1, 1);

    Statements(String file, TomlTable root) {
        this.file = file;
        for (String key : root.keySet()) {
            TomlPosition at = root.inputPositionOf(List.of(key));
            Object value = root.get(List.of(key));
            if (key.equals(EXTENDS)) {
                baseAt = at;
                base = value instanceof String name ? Optional.of(new Value.Word(name)) : Optional.empty();
                if (base.isEmpty()) {
                    report(at, EXTENDS + " must be the name of a built-in ABI or of a file, in quotes");
                }
            } else if (tables().contains(key)) {
                readTable(key, at, value);
            } else if (key.equals(AbiField.NAME.path())) {
                read(AbiField.NAME, at, value);
            } else {
                reportUnknown("", key, at);
            }
        }
    }

    private static Set<String> tables() {
        return paths().stream()
                .filter(path -> path.contains("."))
                .map(path -> path.substring(0, path.indexOf('.')))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static List<String> paths() {
        return Arrays.stream(AbiField.values()).map(AbiField::path).toList();
    }

    private void readTable(String name, TomlPosition at, Object value) {
        if (!(value instanceof TomlTable table)) {
            report(at, name + " is a table; begin it with a line [" + name + "], and write its keys below");
            return;
        }
        for (String key : table.keySet()) {
            TomlPosition position = table.inputPositionOf(List.of(key));
            AbiField.at(name + "." + key)
                    .ifPresentOrElse(
                            field -> read(field, position, table.get(List.of(key))),
                            () -> reportUnknown(name, key, position));
        }
    }

    private void reportUnknown(String table, String key, TomlPosition at) {
        String path = table.isEmpty() ? key : table + "." + key;
        String leaf = path.substring(path.lastIndexOf('.') + 1);
        List<String> same = paths().stream().filter(p -> p.endsWith("." + leaf)).toList();
        List<String> siblings =
                paths().stream().filter(p -> p.startsWith(table + ".")).toList();
        String hint = "";
        if (paths().contains(path)) {
            hint = ". Did you mean " + path + ", without quotes?";
        } else if (!same.isEmpty()) {
            hint = ". Did you mean " + String.join(" or ", same) + "?";
        } else if (siblings.isEmpty()) {
            List<String> known = new ArrayList<>(tables());
            known.add(EXTENDS);
            known.add(AbiField.NAME.path());
            hint = NearestName.of(path, known)
                            .map(n -> ". Did you mean " + n + "?")
                            .orElse("")
                    + (NearestName.of(path, known).isPresent() ? "" : ". There are " + String.join(", ", known));
        } else {
            List<String> leaves =
                    siblings.stream().map(p -> p.substring(p.indexOf('.') + 1)).toList();
            Optional<String> near = NearestName.of(leaf, leaves);
            hint = near.map(n -> ". Did you mean " + table + "." + n + "?")
                    .orElse(". [" + table + "] has " + String.join(", ", leaves));
        }
        String shown = BARE_KEY.matcher(key).matches() ? key : Value.quoted(key);
        report(at, "unknown key " + (table.isEmpty() ? "" : table + ".") + shown + hint);
    }

    private void read(AbiField field, TomlPosition at, Object value) {
        Shape shape = Shape.of(field);
        List<TomlPosition> elements = new ArrayList<>();
        Optional<Value> read;
        if (shape.listsNames()) {
            read = value instanceof TomlArray array ? names(field, shape, array, elements) : wrong(field, shape, at);
        } else if (shape == Shape.BOUNDS) {
            read = value instanceof TomlArray array ? bounds(field, array, elements) : wrong(field, shape, at);
        } else {
            read = single(field, shape, at, value);
        }
        read.ifPresent(v -> statements.put(field, new Statement(v, at, elements)));
    }

    private Optional<Value> wrong(AbiField field, Shape shape, TomlPosition at) {
        report(at, field + " must be " + shape.expected());
        return Optional.empty();
    }

    private Optional<Value> single(AbiField field, Shape shape, TomlPosition at, Object value) {
        if (shape == Shape.FLAG && value instanceof Boolean flag) {
            return Optional.of(new Value.Flag(flag));
        }
        if (shape == Shape.TEXT && value instanceof String text) {
            if (isLine(text)) {
                return Optional.of(new Value.Word(text));
            }
            report(at, field + " must be " + shape.expected() + ": " + LINE);
            return Optional.empty();
        }
        if ((shape == Shape.SIZE || shape == Shape.OPTIONAL_SIZE) && value instanceof Long bytes) {
            if (bytes != bytes.intValue()) {
                report(at, field + " = " + bytes + ": that is more than any stack holds");
                return Optional.empty();
            }
            return Optional.of(new Value.Size(bytes.intValue()));
        }
        if (!shape.words().isEmpty() && value instanceof String word) {
            if (shape.takes(word)
                    || word.equals(Value.NONE.word()) && shape.words().contains(word)) {
                return Optional.of(new Value.Word(word));
            }
            report(
                    at,
                    field + " = " + Value.quoted(word) + ": must be " + shape.expected()
                            + NearestName.question(word, shape.words()));
            return Optional.empty();
        }
        return wrong(field, shape, at);
    }

    private static boolean isLine(String text) {
        return text.length() <= LONGEST_TEXT && !UNSEEN.matcher(text).find();
    }

    private Optional<Value> names(AbiField field, Shape shape, TomlArray array, List<TomlPosition> elements) {
        List<String> names = new ArrayList<>();
        boolean good = true;
        for (int i = 0; i < array.size(); i++) {
            TomlPosition at = array.inputPositionOf(i);
            String wrong = "";
            if (!(array.get(i) instanceof String name)) {
                wrong = field + " must be " + shape.expected();
            } else if (!shape.takes(name)) {
                wrong = field + ": " + unfit(name, shape);
            } else if (names.contains(name)) {
                wrong = field + ": " + name + " is listed twice; drop one of the two";
            } else {
                names.add(name);
                elements.add(at);
            }
            if (!wrong.isEmpty()) {
                report(at, wrong);
                good = false;
            }
        }
        return good ? Optional.of(new Value.Names(names)) : Optional.empty();
    }

    /** Says why a name may not stand in a list. */
    private static String unfit(String name, Shape shape) {
        if (name.equals("rsp")) {
            return "rsp is preserved by every convention and carries nothing; leave it out";
        }
        String shown = Value.quoted(name);
        boolean known = Registers.named(name).isPresent() || Shape.WIDE_VECTORS.takes(name);
        return (known
                        ? shown + " can't stand here; this is " + shape.expected()
                        : "unknown " + shape.noun() + " " + shown)
                + NearestName.question(name, shape.words());
    }

    private Optional<Value> bounds(AbiField field, TomlArray array, List<TomlPosition> elements) {
        List<ThreadBlock.Field> fields = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            TomlPosition at = array.inputPositionOf(i);
            elements.add(at);
            if (!(array.get(i) instanceof TomlTable table)
                    || !table.keySet().equals(Set.of("name", "offset"))
                    || !(table.get(List.of("name")) instanceof String name)
                    || !(table.get(List.of("offset")) instanceof Long offset)) {
                report(at, field + " must be " + Shape.BOUNDS.expected() + ", with a name and an offset in bytes each");
            } else if (name.isBlank() || !isLine(name)) {
                report(at, field + ": a field's name must be a text in quotes: " + LINE);
            } else if (offset != offset.intValue()) {
                report(at, field + ": " + name + " at offset " + offset + ": that is beyond any thread block");
            } else {
                try {
                    fields.add(new ThreadBlock.Field(name, offset.intValue()));
                } catch (AbiException e) {
                    report(at, e.getMessage());
                }
            }
        }
        return fields.size() == array.size() ? Optional.of(new Value.Bounds(fields)) : Optional.empty();
    }

    private void report(TomlPosition at, String reason) {
        problems.add(new Problem(file, at.line(), at.column(), reason));
    }

    /** Returns what is wrong with single keys. */
    List<Problem> problems() {
        return problems;
    }

    /** Returns what the file starts from, as it is written. */
    Optional<String> base() {
        return base.map(Value.Word::word);
    }

    /** Reports something that is wrong with what the file starts from. */
    Problem ofBase(String reason) {
        return new Problem(file, baseAt.line(), baseAt.column(), reason);
    }

    /** Puts what the file says over what it starts from. What excludes what was there, takes its place. */
    void applyTo(Description description) {
        statements.forEach((field, statement) -> description.set(field, statement.value()));
        Set<AbiField> said = new HashSet<>(statements.keySet());
        if (sets(AbiField.GROWTH_GUARD) && !said.contains(AbiField.GROWTH_PROBE)) {
            description.set(AbiField.GROWTH_PROBE, Value.NONE);
        }
        if (sets(AbiField.GROWTH_PROBE) && !said.contains(AbiField.GROWTH_GUARD)) {
            description.set(AbiField.GROWTH_GUARD, Value.NONE);
        }
        if (said.contains(AbiField.THREAD_SEGMENT)
                && !sets(AbiField.THREAD_SEGMENT)
                && !said.contains(AbiField.THREAD_STACK_BOUNDS)) {
            description.set(AbiField.THREAD_STACK_BOUNDS, new Value.Bounds(List.of()));
        }
    }

    private boolean sets(AbiField field) {
        return statements.containsKey(field) && !statements.get(field).value().equals(Value.NONE);
    }

    /** Finds the place that a contradiction comes from: the element that it names, the key at fault, or what is nearest. */
    Problem blame(AbiException contradiction) {
        AbiField field = contradiction.field();
        String message = contradiction.getMessage();
        String subject = message.replaceFirst("^" + field + "(: | = )", "").split("[ :,;]", 2)[0];
        Optional<TomlPosition> at = element(field, subject);
        if (at.isEmpty() && statements.containsKey(field)) {
            at = Optional.of(statements.get(field).at());
        }
        for (AbiField other : statements.keySet()) {
            at = at.or(() -> element(other, subject));
        }
        for (AbiField other : statements.keySet()) {
            // A message that says to name something does not speak of the ABI's name.
            at = at.or(() -> other != AbiField.NAME && message.contains(other.path())
                    ? Optional.of(statements.get(other).at())
                    : Optional.empty());
        }
        String table = field.path().replaceFirst("\\..*", ".");
        for (AbiField other : statements.keySet()) {
            at = at.or(() -> other.path().startsWith(table)
                    ? Optional.of(statements.get(other).at())
                    : Optional.empty());
        }
        TomlPosition place = at.orElse(baseAt);
        boolean fromNothing = base.isEmpty() && at.isEmpty();
        String next = fromNothing ? ", or begin with " + EXTENDS + " = \"sysv\": this file starts from nothing" : "";
        return new Problem(file, place.line(), place.column(), message + next);
    }

    private Optional<TomlPosition> element(AbiField field, String subject) {
        Statement statement = statements.get(field);
        if (statement == null) {
            return Optional.empty();
        }
        if (statement.value() instanceof Value.Names names && names.names().contains(subject)) {
            return Optional.of(statement.elements().get(names.names().indexOf(subject)));
        }
        return statement.value().equals(new Value.Word(subject)) ? Optional.of(statement.at()) : Optional.empty();
    }
}
