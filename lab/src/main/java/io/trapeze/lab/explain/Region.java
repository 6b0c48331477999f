// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import io.trapeze.emitter.Caller;
import io.trapeze.trampolines.PreemptFrame;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ArgumentRules;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of a stack that a rule gives a use.
 *
 * @param place its lowest address
 * @param size bytes
 * @param name what it is for
 * @param rule the path of the rule; empty if it is the same for every convention
 */
record Region(Place place, int size, String name, String rule) {
    static final String ALIGNMENT = "stack.alignment";
    static final String SHADOW = "stack.shadow";
    static final String SPILL = "stack.spill";
    static final String RED_ZONE = "stack.red_zone";
    private static final String SKIP = "stack.interrupt_skip";

    private int end() {
        return place.offset() + size;
    }

    boolean covers(Origin base, int from, int to) {
        return place.base().equals(base) && place.offset() <= from && to <= end();
    }

    /** Returns all of a primitive: those that it finds on entry, and those that its calls make. */
    static List<Region> of(Walk walk, SaveSet saveSet) {
        List<Region> regions = onEntry(walk.abi(), walk.signature());
        boolean interrupts = walk.signature().interrupts();
        if (interrupts) {
            frame(regions, new Place(Memory.ENTRY, 0), new PreemptFrame(saveSet));
        }
        for (Step call : walk.calls()) {
            call(regions, walk.abi(), call.before().rsp().place().plus(-8), interrupts ? 0 : 1);
        }
        return regions;
    }

    /** Returns those that a function finds on entry. */
    static List<Region> onEntry(Abi abi, Signature signature) {
        List<Region> regions = new ArrayList<>();
        Place entry = new Place(Memory.ENTRY, 0);
        if (signature.interrupts()) {
            interrupt(regions, abi, entry);
        } else {
            call(regions, abi, entry, signature.parameters().size());
        }
        return regions;
    }

    /** What a caller leaves for the function that it calls, from its return address up. */
    private static void call(List<Region> regions, Abi abi, Place returnAddress, int arguments) {
        regions.add(new Region(returnAddress, 8, "return address", ""));
        Place low = returnAddress.plus(8);
        int shadow = abi.stack().shadow();
        if (shadow > 0) {
            regions.add(new Region(low, shadow, "shadow space", SHADOW));
        }
        int stacked = stacked(abi, arguments);
        if (stacked > 0) {
            regions.add(new Region(low.plus(shadow), stacked, "argument", "arguments.integer"));
        }
        int spill = room(abi, arguments) - shadow - stacked;
        if (spill > 0) {
            regions.add(new Region(low.plus(shadow + stacked), spill, "spill space", SPILL));
        }
    }

    /** Returns the bytes above the return address that are the called function's: shadow space, stack arguments, spill space. */
    static int room(Abi abi, int arguments) {
        int registers = abi.stack().spill()
                ? (int) abi.arguments().integerPlaces(arguments).stream()
                        .filter(ArgumentRules.Place.General.class::isInstance)
                        .count()
                : 0;
        return abi.stack().shadow() + stacked(abi, arguments) + 8 * registers;
    }

    private static int stacked(Abi abi, int arguments) {
        return abi.arguments().integerPlaces(arguments).stream()
                .mapToInt(place -> place instanceof ArgumentRules.Place.Stack stack ? 8 * stack.word() + 8 : 0)
                .max()
                .orElse(0);
    }

    /** What an interrupt leaves between the resume address and the interrupted RSP. */
    private static void interrupt(List<Region> regions, Abi abi, Place entry) {
        int skip = abi.stack().interruptSkip();
        int redZone = abi.stack().redZone();
        regions.add(new Region(entry, 8, "resume address", ""));
        regions.add(new Region(entry.plus(8), skip, "skipped", SKIP));
        if (redZone > 0) {
            regions.add(new Region(entry.plus(8 + skip - redZone), redZone, "red zone, skipped", RED_ZONE));
        }
        if (abi.stack().machineFrames()) {
            Place rsp = entry.plus(Caller.MACHINE_FRAME_RSP);
            regions.add(new Region(rsp, 8, "skipped; rsp, for walks", "stack.machine_frames"));
        }
    }

    private static void frame(List<Region> regions, Place entry, PreemptFrame frame) {
        for (PreemptFrame.Row row : frame.rows()) {
            Place place = entry.plus(row.offset() - frame.size());
            if (place.offset() < entry.offset()) {
                regions.add(new Region(place, row.size(), row.name(), ""));
            }
        }
    }
}
