// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.text;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A source with errors; nothing of it has been emitted.
 *
 * <p>The message has a line for each problem, {@code FILE:LINE:COLUMN: what is wrong}, in the order of the text.
 */
public final class SourceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The most problems that are reported; reading ends with the last of them. */
    public static final int MOST_PROBLEMS = 20;

    private final transient List<Problem> problems;

    SourceException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** Returns what is wrong, at least one and at most {@value #MOST_PROBLEMS}, in the order of the text. */
    public List<Problem> problems() {
        return problems;
    }
}
