// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.isa.Descriptor;
import io.trapeze.emitter.operand.Label;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What was emitted where and why, kept while code is being written. */
final class Recorder {
    /** Entry kind: bytes that are no instruction. */
    static final int DATA = -1;
    /** Entry kind: padding. */
    static final int PADDING = -2;
    /** Entry kind: a branch whose form is chosen at the end. */
    static final int BRANCH = -3;

    private record Entry(int form, int fixed, int gaps, Label label, int addend, String reason, String rule) {
        Entry because(String why) {
            return new Entry(form, fixed, gaps, label, addend, why, rule);
        }

        Entry serving(String what) {
            return new Entry(form, fixed, gaps, label, addend, reason, what);
        }
    }

    private record Note(int fixed, int gaps, Caller caller) {}

    private final List<Entry> entries = new ArrayList<>();
    private final List<Note> notes = new ArrayList<>();

    /** Gives the last entry its reason. */
    void reason(String reason) {
        int last = entries.size() - 1;
        entries.set(last, entries.get(last).because(reason));
    }

    /** Gives the last entry the rule it serves. */
    void rule(String rule) {
        int last = entries.size() - 1;
        entries.set(last, entries.get(last).serving(rule));
    }

    /** Adds an entry; {@code label} is null where none is named. */
    void add(int form, int fixed, int gaps, Label label, int addend) {
        entries.add(new Entry(form, fixed, gaps, label, addend, "", ""));
    }

    /** Notes who the caller is from a place on. */
    void caller(int fixed, int gaps, Caller caller) {
        notes.add(new Note(fixed, gaps, caller));
    }

    void clear() {
        entries.clear();
        notes.clear();
    }

    /** Returns what was recorded, with offsets in the finished code. */
    Recording finish(int size, Layout layout) {
        Map<Label, String> names = uniqueNames(layout.symbols());
        List<Recording.Line> lines = new ArrayList<>(entries.size());
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            int start = start(layout, entry);
            int end = i + 1 < entries.size() ? start(layout, entries.get(i + 1)) : size;
            if (start == end) {
                continue; // nothing to align, or no data
            }
            int form = entry.form() == BRANCH ? Descriptor.id(layout.branchForm(entry.gaps())) : entry.form();
            Optional<Instruction.Target> target = Optional.ofNullable(entry.label())
                    .map(label -> new Instruction.Target(
                            names.get(label),
                            label.external() ? -1 : layout.offset(label),
                            label.external(),
                            entry.addend()));
            lines.add(new Recording.Line(start, end, form, target, entry.reason(), entry.rule()));
        }
        Map<Integer, List<Caller>> callers = new TreeMap<>();
        for (Note note : notes) {
            callers.computeIfAbsent(layout.relaxation().position(note.fixed(), note.gaps()), at -> new ArrayList<>())
                    .add(note.caller());
        }
        return new Recording(lines, callers);
    }

    /** A gap's own entry starts where the gap starts, any other after the gaps before it. */
    private static int start(Layout layout, Entry entry) {
        return entry.form() == BRANCH || entry.form() == PADDING
                ? layout.relaxation().start(entry.gaps())
                : layout.relaxation().position(entry.fixed(), entry.gaps());
    }

    /**
     * Labels of one name are told apart by a number behind it, so that the listing says where each branch goes. Symbols,
     * external ones too, keep their names.
     */
    private Map<Label, String> uniqueNames(Map<String, Label> symbols) {
        Map<Label, String> names = new HashMap<>();
        Set<String> taken = new HashSet<>(symbols.keySet());
        symbols.forEach((name, label) -> names.putIfAbsent(label, name));
        for (Entry entry : entries) {
            if (entry.label() != null && entry.label().external()) {
                names.put(entry.label(), entry.label().name());
                taken.add(entry.label().name());
            }
        }
        for (Entry entry : entries) {
            Label label = entry.label();
            if (label != null && !names.containsKey(label)) {
                String name = label.name();
                for (int i = 2; !taken.add(name); i++) {
                    name = label.name() + "_" + i;
                }
                names.put(label, name);
            }
        }
        return names;
    }
}
