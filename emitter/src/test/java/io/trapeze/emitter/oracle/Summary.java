// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import java.util.ArrayList;
import java.util.List;

/** What came of a run, as Markdown. */
final class Summary {
    private Summary() {}

    /**
     * Returns its lines.
     *
     * @param name what the run is
     */
    static List<String> of(Plan plan, String name, Tally tally) {
        List<Shape> shapes = Space.shapes();
        long forms = shapes.stream().map(Shape::form).distinct().count();
        long elements = shapes.stream().mapToLong(Shape::size).sum();
        long seconds = tally.count(Tally.MILLISECONDS) / 1000;
        List<String> lines = new ArrayList<>();
        lines.add("%,d forms in %,d shapes with %,d elements, of which %,d were tried (%s)."
                .formatted(forms, shapes.size(), elements, plan.size(), name));
        lines.add("%,d seconds of all threads together; %,d differences without a reason."
                .formatted(seconds, tally.failures("").size()));
        lines.add("");
        lines.add("| encodings | |");
        lines.add("|---|---:|");
        for (Family family : Family.values()) {
            lines.add(row(family.title(), tally));
        }
        lines.add(row(Tally.DECODED, tally));
        for (ReferenceAssembler assembler : ReferenceAssembler.values()) {
            lines.add(row(Comparison.same(assembler.tool()), tally));
        }
        lines.add(row(Disassembler.SAME, tally));
        lines.add(row(Tally.TEXTS, tally));
        lines.add("");
        lines.add("| differences with a reason | |");
        lines.add("|---|---:|");
        for (KnownDifferences difference : KnownDifferences.values()) {
            lines.add("| %s | %,d |".formatted(difference.reason(), tally.count(Comparison.differs(difference))));
        }
        return lines;
    }

    private static String row(String count, Tally tally) {
        return "| %s | %,d |".formatted(count, tally.count(count));
    }
}
