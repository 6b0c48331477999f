// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.museum;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.testkit.check.Check;
import io.trapeze.testkit.check.Verdict;
import java.util.List;
import java.util.Optional;

/**
 * A bug that was real, rebuilt: right code, what is wrong with it, and what a check has to say.
 *
 * @param name what users call it
 * @param title the bug in a few words
 * @param story what happened: a paragraph
 * @param references where it is told of in public
 * @param piece the right code
 * @param edits what makes it wrong
 * @param finding what a check has to say
 */
public record Exhibit(
        String name,
        String title,
        String story,
        List<Reference> references,
        Piece piece,
        List<Edit> edits,
        Finding finding) {
    /**
     * A line that is wrong.
     *
     * @param right as it should be
     * @param wrong what stands there
     */
    public record Change(String right, List<String> wrong) {}

    /**
     * Copies the lists and checks that each edit changes something.
     *
     * @throws IllegalArgumentException if one does not
     */
    public Exhibit {
        references = List.copyOf(references);
        edits = List.copyOf(edits);
        for (Edit edit : edits) {
            if (piece.lines().stream().noneMatch(line -> edit.of(line).isPresent())) {
                throw new IllegalArgumentException(name + ": no line of " + piece.label() + " is like '" + edit.like()
                        + "'; it has " + String.join(" / ", piece.lines()));
            }
        }
    }

    /** Returns the lines that are wrong. */
    public List<Change> changes() {
        return piece.lines().stream()
                .flatMap(line -> edited(line).map(wrong -> new Change(line, wrong)).stream())
                .toList();
    }

    /** Returns the right code. */
    public CodeBlob right() {
        return assembled(piece.lines());
    }

    /** Returns the wrong code. */
    public CodeBlob wrong() {
        return assembled(piece.lines().stream()
                .flatMap(line -> edited(line).orElse(List.of(line)).stream())
                .toList());
    }

    /** Checks the wrong code. */
    public Verdict check(Check check, int tries, long seed) {
        return piece.check(check, wrong(), tries, seed);
    }

    private Optional<List<String>> edited(String line) {
        return edits.stream()
                .flatMap(edit -> edit.of(line).stream())
                .findFirst()
                .filter(wrong -> !wrong.equals(List.of(line)));
    }

    private CodeBlob assembled(List<String> lines) {
        return new Assembler().assemble(String.join("\n", lines) + "\n").finish(piece.symbol());
    }
}
