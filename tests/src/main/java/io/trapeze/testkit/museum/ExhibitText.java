// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.museum;

import io.trapeze.testkit.check.Subject;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads an exhibit: a head of one thing a line, the story, the code if it is no primitive's, and what is wrong with it.
 *
 * <pre>
 * title  Half of each vector is saved
 * code   mcall of win64
 * finds  xmm6, by preserved.vectors: xmm6
 * see    minicoro, pull request 14, https://github.com/edubart/minicoro/pull/14
 *
 * What happened, on as many lines as it takes.
 *
 * - movdqu xmmword ptr (.*), (xmm\d+)
 * + movq qword ptr $1, $2
 * </pre>
 *
 * <p>A line of code that is like one behind {@code -} gives way to those behind {@code +}. The code of a function is indented.
 */
final class ExhibitText {
    private static final Pattern HEAD = Pattern.compile("(title|code|finds|see) +(.+)");
    private static final Pattern CODE = Pattern.compile("(\\w+) of ([\\w-]+)(?:, ([\\w+]+))?");
    private static final Pattern FINDS = Pattern.compile("(.+), by (.+)");
    private static final Pattern SEE = Pattern.compile("(.+), (https://\\S+)");
    private static final String MARGIN = "    ";

    private final String name;
    private final List<Reference> references = new ArrayList<>();
    private final List<String> source = new ArrayList<>();
    private final List<Edit> edits = new ArrayList<>();
    private String title = "";
    private String code = "";
    private String finds = "";

    private ExhibitText(String name) {
        this.name = name;
    }

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException if the text is none
     */
    static Exhibit read(String name, String text) {
        return new ExhibitText(name).read(text);
    }

    private Exhibit read(String text) {
        Iterator<String> lines =
                text.lines().filter(line -> !line.startsWith("#")).iterator();
        for (String line = lines.next(); !line.isEmpty(); line = lines.next()) {
            head(line);
        }
        List<String> story = new ArrayList<>();
        for (String line = lines.next(); !line.isEmpty(); line = lines.next()) {
            story.add(line);
        }
        while (lines.hasNext()) {
            wrong(lines.next());
        }
        Matcher finding = matched(FINDS, finds);
        return new Exhibit(
                name,
                title,
                String.join(" ", story),
                references,
                piece(),
                edits,
                new Finding(finding.group(1), finding.group(2)));
    }

    private void head(String line) {
        Matcher head = matched(HEAD, line);
        String value = head.group(2);
        switch (head.group(1)) {
            case "title" -> title = value;
            case "code" -> code = value;
            case "finds" -> finds = value;
            default -> {
                Matcher see = matched(SEE, value);
                references.add(new Reference(see.group(1), see.group(2)));
            }
        }
    }

    private void wrong(String line) {
        if (line.startsWith("- ")) {
            edits.add(new Edit(Pattern.compile(line.substring(2)), List.of()));
        } else if (line.startsWith("+ ")) {
            Edit edit = edits.remove(edits.size() - 1);
            List<String> more = new ArrayList<>(edit.instead());
            more.add(line.substring(2));
            edits.add(new Edit(edit.like(), more));
        } else if (line.startsWith(MARGIN)) {
            source.add(line.strip());
        } else if (!line.isEmpty()) {
            throw wrongLine(line);
        }
    }

    private Piece piece() {
        Matcher place = matched(CODE, code);
        Abi abi = Abi.builtIn(place.group(2)).orElseThrow(() -> wrongLine(code));
        SaveSet set = place.group(3) == null
                ? SaveSet.SSE
                : SaveSet.named(place.group(3)).orElseThrow(() -> wrongLine(code));
        return Primitive.named(place.group(1))
                .<Piece>map(primitive -> new Piece.Generated(Subject.of(primitive, abi, set)))
                .orElseGet(() -> new Piece.Function(abi, set, source));
    }

    private Matcher matched(Pattern pattern, String line) {
        Matcher matcher = pattern.matcher(line);
        if (!matcher.matches()) {
            throw wrongLine(line);
        }
        return matcher;
    }

    private IllegalArgumentException wrongLine(String line) {
        return new IllegalArgumentException("exhibit " + name + ": '" + line + "' is nothing that an exhibit has");
    }
}
