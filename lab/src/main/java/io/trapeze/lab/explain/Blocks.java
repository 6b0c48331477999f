// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import io.trapeze.emitter.operand.Mem;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Draws the Gobufs and the thread block of a primitive at any moment of a walk through it. */
final class Blocks {
    private final Walk walk;
    private final Abi abi;
    private final Set<Place> used = new HashSet<>();
    /** What each field of a thread block is written as, by its place. */
    private final Map<Place, String> threadFields = new LinkedHashMap<>();

    Blocks(Walk walk) {
        this.walk = walk;
        this.abi = walk.abi();
        abi.threadBlock()
                .ifPresent(block -> block.fields()
                        .forEach(field -> threadFields.put(
                                new Place(Memory.thread(block.segment()), field.offset()),
                                block.operand(field).address().toString())));
        for (Step step : walk.steps()) {
            step.decoded()
                    .ifPresent(decoded -> decoded.operands().stream()
                            .filter(Mem.class::isInstance)
                            .map(operand -> ((Mem) operand).address())
                            .forEach(address -> Place.of(
                                            address, register -> step.before().register(register.name()))
                                    .ifPresent(used::add)));
        }
    }

    List<BlockPicture> at(State state) {
        List<BlockPicture> blocks = new ArrayList<>();
        List<Signature.Parameter> parameters = walk.signature().parameters();
        for (int i = 0; i < parameters.size(); i++) {
            if (parameters.get(i).gobuf()) {
                blocks.add(gobuf(state, new Origin.Argument(i, parameters.get(i))));
            }
        }
        if (!threadFields.isEmpty()) {
            List<BlockPicture.Row> rows = new ArrayList<>();
            for (ThreadBlock.Field field : abi.threadFields()) {
                Place place =
                        new Place(Memory.thread(abi.threadBlock().orElseThrow().segment()), field.offset());
                rows.add(row(state, threadFields.get(place), field.name(), place));
            }
            blocks.add(new BlockPicture("thread block", rows));
        }
        return blocks;
    }

    private BlockPicture gobuf(State state, Origin.Argument argument) {
        List<BlockPicture.Row> rows = new ArrayList<>();
        Gobuf gobuf = Gobuf.of(abi);
        for (Gobuf.Row row : gobuf.rows()) {
            String address = "+0x" + Integer.toHexString(row.offset());
            rows.add(row(state, address, row.name(), new Place(argument, row.offset())));
        }
        return new BlockPicture("Gobuf " + argument.name() + ", " + gobuf.size() + " bytes", rows);
    }

    private BlockPicture.Row row(State state, String address, String field, Place place) {
        Value onEntry = Value.of(new Origin.Content(place, Memory.name(abi, place)));
        String written = state.cell(place)
                .map(State.Cell::value)
                .filter(value -> !value.equals(onEntry))
                .map(Value::toString)
                .orElse("");
        return new BlockPicture.Row(address, field, written, readInto(state, onEntry), used.contains(place));
    }

    private List<String> readInto(State state, Value onEntry) {
        List<String> names = new ArrayList<>();
        if (state.stackPointer(onEntry.origin()).isPresent()) {
            names.add(State.RSP);
        }
        state.registers().forEach((register, value) -> {
            if (value.equals(onEntry) && !names.contains(register)) {
                names.add(register);
            }
        });
        threadFields.forEach((place, name) -> {
            if (!place.equals(((Origin.Content) onEntry.origin()).place())
                    && state.cell(place)
                            .filter(cell -> cell.value().equals(onEntry))
                            .isPresent()) {
                names.add(name);
            }
        });
        return names;
    }
}
