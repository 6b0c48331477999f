// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.doctor;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Relocation;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How long it takes a JVM that has not done it before to emit the four primitives and to map them. Meaningful once in a
 * process, before anything else has used the emitter.
 */
final class StartupExam implements Exam {
    /** What emitting and mapping may take, in milliseconds. */
    static final double BUDGET_MS = 60;

    @Override
    public String area() {
        return "startup";
    }

    @Override
    public boolean runsCode() {
        return true;
    }

    @Override
    public List<Finding> look() {
        long start = System.nanoTime();
        OperatingSystem os = OperatingSystem.current();
        long loaded = System.nanoTime();
        List<CodeBlob> blobs = emit();
        long emitted = System.nanoTime();
        map(os, blobs);
        long mapped = System.nanoTime();
        return List.of(
                Finding.fine("load JNA", milliseconds(start, loaded), "ms"),
                Finding.fine("emit four primitives", milliseconds(loaded, emitted), "ms"),
                Finding.fine("map them", milliseconds(emitted, mapped), "ms"),
                total(milliseconds(loaded, mapped)));
    }

    private static Finding total(double ms) {
        String what = "emit and map";
        return ms <= BUDGET_MS
                ? Finding.fine(what, ms, "ms")
                : new Finding(
                        what,
                        ms,
                        "ms",
                        State.POORER,
                        "It should take " + BUDGET_MS + " ms at most. Run it again while nothing else keeps the"
                                + " processor busy; with -Xint or a debugger it is slower.");
    }

    private static List<CodeBlob> emit() {
        List<CodeBlob> blobs = new ArrayList<>();
        for (Primitive primitive : Primitive.values()) {
            blobs.add(primitive.emit(Abi.SYSTEM_V, SaveSet.SSE));
        }
        return blobs;
    }

    private static void map(OperatingSystem os, List<CodeBlob> blobs) {
        try (CodeArena arena = CodeArena.open(os)) {
            for (CodeBlob blob : blobs) {
                Map<String, Long> externals = new HashMap<>();
                for (Relocation place : blob.relocations()) {
                    externals.put(place.symbol(), arena.address()); // anywhere in reach: nothing is called
                }
                arena.map(blob, externals);
            }
        }
    }

    private static double milliseconds(long from, long to) {
        return (to - from) / 1e6;
    }
}
