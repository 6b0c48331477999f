// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.InstructionTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was emitted where and why, of finished code.
 *
 * <p>It becomes {@link Instruction}s when somebody asks: that needs the instruction table, which code that only runs never
 * reads.
 */
final class Recording {
    /**
     * One entry.
     *
     * @param start offset of its first byte
     * @param end offset behind its last byte
     * @param form a {@link Form#id()}, {@link Recorder#DATA} or {@link Recorder#PADDING}
     */
    record Line(int start, int end, int form, Optional<Instruction.Target> target, String reason, String rule) {}

    private final List<Line> lines;
    private final Map<Integer, List<Caller>> callers;

    Recording(List<Line> lines, Map<Integer, List<Caller>> callers) {
        this.lines = lines;
        this.callers = callers;
    }

    List<Instruction> instructions(byte[] bytes) {
        List<Instruction> result = new ArrayList<>(lines.size());
        for (Line line : lines) {
            int end = line.end();
            for (int at = line.start(); at < line.end(); at = end) {
                end = line.form() == Recorder.PADDING ? at + Padding.size(line.end() - at) : line.end();
                result.add(new Instruction(
                        at,
                        Arrays.copyOfRange(bytes, at, end),
                        form(line),
                        line.form() == Recorder.PADDING,
                        line.target(),
                        at == line.start() ? line.reason() : "",
                        at == line.start() ? line.rule() : ""));
            }
        }
        return List.copyOf(result);
    }

    Map<Integer, List<Caller>> callers() {
        return callers;
    }

    private static Optional<Form> form(Line line) {
        return line.form() < 0
                ? Optional.empty()
                : Optional.of(InstructionTable.shipped().form(line.form()));
    }
}
