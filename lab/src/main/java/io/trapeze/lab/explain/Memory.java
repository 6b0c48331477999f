// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import io.trapeze.emitter.Caller;
import io.trapeze.emitter.operand.Segment;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What memory is called and what it holds on entry to a primitive: stack, Gobufs and thread block. */
final class Memory {
    /** The stack pointer on entry, which all on that stack is counted from. */
    static final Origin ENTRY = new Origin.Named("entry");

    private final Abi abi;
    private final Signature signature;
    private final Map<Place, Value> stack = new LinkedHashMap<>();

    Memory(Abi abi, Signature signature) {
        this.abi = abi;
        this.signature = signature;
        if (signature.interrupts()) {
            stack.put(entry().place(), Value.named("resume address"));
            if (abi.stack().machineFrames()) {
                Value interrupted = entry().plus(8 + abi.stack().interruptSkip());
                stack.put(entry().plus(Caller.MACHINE_FRAME_RSP).place(), interrupted);
            }
        } else {
            stack.put(entry().place(), Value.named("return address"));
            for (int i = abi.integerArguments().size();
                    i < signature.parameters().size();
                    i++) {
                stack.put(entry().plus(Signature.stackOffset(abi, i)).place(), argument(i));
            }
        }
    }

    /** What RSP is on entry. */
    Value entry() {
        return Value.of(ENTRY);
    }

    /** What the primitive was called with. */
    Value argument(int index) {
        return Value.of(new Origin.Argument(index, signature.parameters().get(index)));
    }

    /** What lies on the stack on entry, as far as its place is the convention's. */
    Map<Place, Value> stack() {
        return stack;
    }

    /** What a place held on entry, if nothing is known of it. */
    Value onEntry(Place place) {
        return Value.of(new Origin.Content(place, name(abi, place)));
    }

    /** What places in the thread block are counted from. */
    static Origin thread(Segment segment) {
        return new Origin.Named(segment.name().toLowerCase(Locale.ROOT));
    }

    /** Returns what a place is called: a field of a Gobuf or of the thread block, or its address in brackets. */
    static String name(Abi abi, Place place) {
        Optional<String> field = field(abi, place);
        if (field.isPresent()) {
            return place.base().name() + "." + field.get().replace(",", "");
        }
        return abi.threadFields().stream()
                .filter(f -> place.equals(
                        new Place(thread(abi.threadBlock().orElseThrow().segment()), f.offset())))
                .map(ThreadBlock.Field::name)
                .findFirst()
                .orElse("[" + place.address() + "]");
    }

    /** Returns the field of a Gobuf that lies at a place, if one does. */
    static Optional<String> field(Abi abi, Place place) {
        return place.base() instanceof Origin.Argument argument
                        && argument.parameter().gobuf()
                ? Gobuf.of(abi).rows().stream()
                        .filter(row -> row.offset() == place.offset())
                        .map(Gobuf.Row::name)
                        .findFirst()
                : Optional.empty();
    }
}
