// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi.file;

import io.trapeze.emitter.operand.Registers;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiField;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;

/**
 * A description of an ABI in a file: TOML, with the paths of {@link io.trapeze.trampolines.abi.AbiField} as keys, over what the
 * key {@code extends} names.
 *
 * @param path where it is
 * @param extended what it starts from, as it is written there; nothing if it starts from nothing
 * @param base the ABI that it starts from
 * @param abi what it describes
 */
public record AbiFile(Path path, Optional<String> extended, Optional<Abi> base, Abi abi) {
    /** How the names of such files end. */
    public static final String SUFFIX = ".toml";

    private static final Pattern BARE_WORD = Pattern.compile("[A-Za-z0-9/]+");
    private static final Pattern TWICE = Pattern.compile("(?s)(.*) previously defined at line (\\d+), column \\d+");
    private static final int LONGEST_CHAIN = 32;

    /** Whether a name is that of a file: it ends in {@code .toml} or has a slash in it. */
    public static boolean isNamed(String name) {
        return name.endsWith(SUFFIX) || name.indexOf('/') >= 0 || name.indexOf('\\') >= 0;
    }

    /**
     * Reads a file, and those that it extends.
     *
     * @throws AbiFileException if one of them is missing or wrong; it has all that is wrong with the file
     */
    public static AbiFile read(Path path) {
        return read(path, new ArrayList<>());
    }

    private static AbiFile read(Path path, List<Path> chain) {
        String shown = path.toString();
        String text;
        try {
            text = FileText.read(path);
            chain.add(identity(path));
        } catch (FileText.Refused e) {
            throw new AbiFileException(List.of(new Problem(shown, 0, 0, e.getMessage())));
        }
        TomlParseResult toml = parse(shown, text);
        List<Problem> problems = new ArrayList<>();
        for (TomlParseError error : toml.errors()) {
            problems.add(syntax(shown, text, error));
        }
        boolean garbled = toml.errors().stream().anyMatch(e -> !e.getMessage().contains("previously defined"));
        if (garbled) {
            throw new AbiFileException(problems);
        }
        Statements statements = new Statements(shown, toml);
        problems.addAll(statements.problems());
        Optional<Abi> base = Optional.empty();
        try {
            base = statements.base().map(name -> base(name, path, statements, chain));
        } catch (AbiFileException e) {
            problems.addAll(e.problems());
        }
        if (problems.isEmpty()) {
            Description description = base.map(Description::of).orElseGet(() -> Description.blank(""));
            description.set(AbiField.NAME, new Value.Word(stem(path)));
            statements.applyTo(description);
            Optional<Abi> abi = description.build(e -> problems.add(statements.blame(e)));
            if (abi.isPresent()) {
                return new AbiFile(path, statements.base(), base, abi.get());
            }
        }
        problems.sort(Comparator.comparing((Problem p) -> !p.file().equals(shown))
                .thenComparing(Problem::line)
                .thenComparing(Problem::column));
        throw new AbiFileException(problems);
    }

    /** What a path leads to. A pipe, as a shell makes for {@code <(…)}, can be read and has no path of its own. */
    private static Path identity(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path.toAbsolutePath().normalize();
        }
    }

    private static TomlParseResult parse(String shown, String text) {
        try {
            return Toml.parse(text);
        } catch (StackOverflowError e) {
            throw new AbiFileException(List.of(new Problem(
                    shown, 0, 0, "lists or tables are nested too deeply; an ABI file needs a list of tables at most")));
        }
    }

    private static String stem(Path path) {
        String name = Statements.UNSEEN.matcher(path.getFileName().toString()).replaceAll("_");
        return name.endsWith(SUFFIX) && name.length() > SUFFIX.length()
                ? name.substring(0, name.length() - SUFFIX.length())
                : name;
    }

    private static Abi base(String name, Path path, Statements statements, List<Path> chain) {
        Optional<Abi> builtIn = Abi.builtIn(name);
        if (builtIn.isPresent()) {
            return builtIn.get();
        }
        if (!isNamed(name)) {
            List<String> names = Abi.builtIn().stream().map(Abi::name).toList();
            throw refused(
                    statements,
                    "unknown ABI " + Value.quoted(name) + NearestName.question(name, names)
                            + (NearestName.of(name, names).isPresent() ? "" : "; there are " + String.join(", ", names))
                            + (NearestName.of(name, names).isPresent()
                                    ? ""
                                    : ", and files, whose names end in " + SUFFIX));
        }
        Path file;
        try {
            file = path.resolveSibling(name).normalize();
            FileText.read(file);
            if (chain.contains(identity(file))) {
                throw refused(
                        statements,
                        "extends " + Value.quoted(name) + " leads back to " + file
                                + "; one of the files has to start from something else, as from \"sysv\"");
            }
        } catch (FileText.Refused | InvalidPathException e) {
            String why = e instanceof InvalidPathException ? "that is no file's name" : e.getMessage();
            throw refused(
                    statements,
                    "extends " + Value.quoted(name) + ": " + why
                            + " (a name is that of a built-in ABI, or of a file beside this one)");
        }
        if (chain.size() >= LONGEST_CHAIN) {
            throw refused(statements, "more than " + LONGEST_CHAIN + " files extend each other; put some into one");
        }
        return read(file, chain).abi();
    }

    private static AbiFileException refused(Statements statements, String reason) {
        return new AbiFileException(List.of(statements.ofBase(reason)));
    }

    /** A register without its quotes is the likeliest mistake, and what a parser of TOML says of it is no help. */
    private static Problem syntax(String shown, String text, TomlParseError error) {
        TomlPosition at = error.position();
        String message = error.getMessage().replaceFirst(" \\(line \\d+, column \\d+\\)$", "");
        String reason = message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
        Matcher twice = TWICE.matcher(message);
        if (twice.matches()) {
            reason = twice.group(1) + " stands in line " + twice.group(2) + " already; keep one of the two";
        }
        List<String> lines = text.lines().toList();
        if (at.line() <= lines.size() && at.column() <= lines.get(at.line() - 1).length()) {
            Matcher word = BARE_WORD.matcher(lines.get(at.line() - 1).substring(at.column() - 1));
            if (word.lookingAt() && Registers.named(word.group()).isPresent()) {
                reason = word.group() + " has to stand in quotes: \"" + word.group() + "\"";
            }
        }
        return new Problem(shown, at.line(), at.column(), reason);
    }
}
