// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi.file;

import java.util.List;
import java.util.stream.Collectors;

/** An ABI file that cannot be used, with everything that is wrong with it. */
public final class AbiFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    AbiFileException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** Returns what is wrong, in the order of its place. */
    public List<Problem> problems() {
        return problems;
    }
}
