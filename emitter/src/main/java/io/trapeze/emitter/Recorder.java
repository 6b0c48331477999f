// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.encoding.BranchRelaxation;
import io.trapeze.emitter.isa.InstructionTable;
import io.trapeze.emitter.operand.Label;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.function.ToIntFunction;

/** What was emitted where and why, kept for the listing of one blob. */
final class Recorder {
    /** Entry kind: bytes that are no instruction. */
    static final int DATA = -1;
    /** Entry kind: padding. */
    static final int PADDING = -2;
    /** Entry kind: a branch whose form is chosen at the end. */
    static final int BRANCH = -3;

    private record Entry(int form, int fixed, int gaps, Label label, String reason, String rule) {}

    private final List<Entry> entries = new ArrayList<>();
    private String nextReason = "";
    private String nextRule = "";

    void reason(String reason) {
        nextReason = reason;
    }

    void rule(String rule) {
        nextRule = rule;
    }

    void add(int form, int fixed, int gaps, Label label) {
        entries.add(new Entry(form, fixed, gaps, label, nextReason, nextRule));
        nextReason = "";
        nextRule = "";
    }

    void clear() {
        entries.clear();
        nextReason = "";
        nextRule = "";
    }

    /**
     * Returns the entries as instructions of the finished code.
     *
     * @param formOf the form of a branch, by its gap
     * @param offsetOf a label's offset
     */
    List<Instruction> instructions(
            byte[] bytes, BranchRelaxation layout, IntUnaryOperator formOf, ToIntFunction<Label> offsetOf) {
        List<Instruction> result = new ArrayList<>(entries.size());
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            int start = start(layout, entry);
            int end = i + 1 < entries.size() ? start(layout, entries.get(i + 1)) : bytes.length;
            int form = entry.form() == BRANCH ? formOf.applyAsInt(entry.gaps()) : entry.form();
            byte[] own = new byte[end - start];
            System.arraycopy(bytes, start, own, 0, own.length);
            result.add(new Instruction(
                    start,
                    own,
                    form < 0
                            ? Optional.empty()
                            : Optional.of(InstructionTable.shipped().form(form)),
                    form == PADDING,
                    Optional.ofNullable(entry.label())
                            .map(l -> new Instruction.Target(l.name(), offsetOf.applyAsInt(l), l.external())),
                    entry.reason(),
                    entry.rule()));
        }
        return result;
    }

    /** A gap's own entry starts where the gap starts, any other after the gaps before it. */
    private static int start(BranchRelaxation layout, Entry entry) {
        return entry.form() == BRANCH || entry.form() == PADDING
                ? layout.start(entry.gaps())
                : layout.position(entry.fixed(), entry.gaps());
    }
}
