// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import io.trapeze.lab.explain.StackPicture.Kind;
import io.trapeze.lab.explain.StackPicture.Row;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Draws the stacks of a primitive at any moment of a walk through it. */
final class Stacks {
    private final Abi abi;
    private final Signature signature;
    private final List<Region> regions;
    /** The stacks that RSP is ever on, by what their addresses are counted from, and whose they are. */
    private final Map<Origin, String> names = new LinkedHashMap<>();

    Stacks(Walk walk, SaveSet saveSet) {
        this(walk.abi(), walk.signature(), Region.of(walk, saveSet));
        for (Step step : walk.steps()) {
            names.computeIfAbsent(step.before().rsp().origin().root(), this::name);
            names.computeIfAbsent(step.after().rsp().origin().root(), this::name);
        }
    }

    private Stacks(Abi abi, Signature signature, List<Region> regions) {
        this.abi = abi;
        this.signature = signature;
        this.regions = regions;
        names.put(Memory.ENTRY, signature.stack());
    }

    /** Returns the stack of any function, when it is entered. */
    static StackPicture ofFunction(Abi abi) {
        Signature signature = Signature.ofFunction(abi);
        State entry = new Machine(abi, signature).state();
        return new Stacks(abi, signature, Region.onEntry(abi, signature))
                .at(entry)
                .get(0);
    }

    private String name(Origin root) {
        if (root instanceof Origin.Argument argument
                && !argument.parameter().stack().isEmpty()) {
            return argument.parameter().stack();
        }
        return root instanceof Origin.Content content
                        && content.place().base() instanceof Origin.Argument gobuf
                        && !gobuf.parameter().stack().isEmpty()
                ? gobuf.parameter().stack()
                : "the stack at " + root.name();
    }

    List<StackPicture> at(State state) {
        return names.keySet().stream().map(root -> picture(state, root)).toList();
    }

    private StackPicture picture(State state, Origin root) {
        Value low = state.stackPointer(root).orElse(Value.of(root));
        List<Row> rows = new ArrayList<>();
        List<String> legend = new ArrayList<>();
        descend(state, low, rows, legend);
        int redZone = abi.stack().redZone();
        if (state.rsp().origin().root().equals(root) && redZone > 0) {
            Value zone = state.rsp().plus(-redZone);
            rows.add(row(state, Kind.RED_ZONE, zone, redZone, "red zone", "", Region.RED_ZONE));
        }
        if (root instanceof Origin.Named) {
            legend.add(0, root.name() + " = rsp on entry");
        }
        return new StackPicture(names.get(root), rows, legend);
    }

    /** Draws a stack down to {@code low}: first what lies above, counted from another origin, then what is counted from low's. */
    private void descend(State state, Value low, List<Row> rows, List<String> legend) {
        int top;
        if (low.origin() instanceof Origin.Aligned aligned) {
            descend(state, aligned.from(), rows, legend);
            String gap = "0 to " + (aligned.alignment() - 1) + " bytes, for alignment";
            rows.add(row(state, Kind.PADDING, new Value(aligned, 0), 0, gap, "", Region.ALIGNMENT));
            legend.add("aligned = " + aligned.from() + ", rounded down to a multiple of " + aligned.alignment());
            top = 0;
        } else {
            top = top(low.origin());
            String frames = low.origin().equals(Memory.ENTRY)
                    ? signature.frames()
                    : names.get(low.origin()).replace("stack", "frames");
            rows.add(row(state, Kind.FRAMES, new Value(low.origin(), top), 0, frames, "", ""));
        }
        slots(state, low, top, rows);
    }

    /** Returns where the frames begin that the primitive has nothing to do with. */
    private int top(Origin root) {
        if (!root.equals(Memory.ENTRY)) {
            return 0;
        }
        return regions.stream()
                .filter(region -> region.place().base().equals(root))
                .mapToInt(region -> region.place().offset() + region.size())
                .max()
                .orElse(0);
    }

    private void slots(State state, Value low, int top, List<Row> rows) {
        Origin base = low.origin();
        TreeSet<Integer> bounds = new TreeSet<>(List.of(low.offset(), top));
        for (Region region : regions) {
            if (region.place().base().equals(base)) {
                bounds.add(region.place().offset());
                bounds.add(region.place().offset() + region.size());
            }
        }
        state.memory().forEach((place, cell) -> {
            if (place.base().equals(base)) {
                bounds.add(place.offset());
                bounds.add(place.offset() + cell.size());
            }
        });
        bounds.removeIf(bound -> bound < low.offset() || bound > top);
        Integer to = top;
        for (Integer from = bounds.lower(to); from != null; from = bounds.lower(to)) {
            rows.add(slot(state, base, from, to));
            to = from;
        }
    }

    private Row slot(State state, Origin base, int from, int to) {
        Region region = null;
        for (Region candidate : regions) {
            boolean covers = candidate.covers(base, from, to);
            if (covers && (region == null || candidate.size() <= region.size())) {
                region = candidate;
            }
        }
        Place place = new Place(base, from);
        State.Cell cell = state.cell(place).orElse(null);
        String content = cell == null ? "" : cell.value().toString();
        Kind kind = region == null && content.isEmpty() ? Kind.PADDING : Kind.SLOT;
        String name = region == null ? (content.isEmpty() ? "padding" : "") : region.name();
        return row(state, kind, place.address(), to - from, name, content, region == null ? "" : region.rule());
    }

    private Row row(State state, Kind kind, Value low, int size, String name, String content, String rule) {
        return new Row(
                kind, low.origin().name(), low.offset(), size, name, content, rule, Pointers.to(low, state, abi));
    }
}
