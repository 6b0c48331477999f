// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.MappedCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Makes bodies: emits them, refuses what they must not do, and links them to those entries of the scheduler that suit them. */
final class BodyCompiler {
    private final Records records;
    private final long slotSize;
    private final CodeArena arena;
    private final MappedCode scheduler;
    private final Map<String, Long> entries = new HashMap<>();

    /**
     * Prepares it.
     *
     * @param slotSize bytes of a slot of the stack slab, a power of two
     * @param arena where bodies are mapped
     * @param scheduler the code that they call
     */
    BodyCompiler(Records records, long slotSize, CodeArena arena, MappedCode scheduler) {
        this.records = records;
        this.slotSize = slotSize;
        this.arena = arena;
        this.scheduler = scheduler;
        for (String symbol : List.of("ready", "upcall", "goexit")) {
            entries.put(symbol, scheduler.address(symbol));
        }
    }

    /**
     * Emits and maps a body.
     *
     * @param owner whose goroutines may run it
     * @param closesWithLast whether its code goes with the last goroutine that runs it
     * @throws BodyException if it does what it must not
     */
    Body compile(Scheduler owner, String name, Consumer<GoroutineAssembler> body, boolean closesWithLast) {
        GoroutineAssembler a = new GoroutineAssembler(records, slotSize);
        a.symbol(name);
        body.accept(a);
        CodeBlob blob = a.finishBody(name);
        a.requirePinIntact(blob);
        Map<String, Long> symbols = new HashMap<>(entries);
        boolean carried = a.mayChangeControlWords(blob);
        symbols.put(GoroutineAssembler.YIELD, scheduler.address(carried ? "yield_control" : "yield"));
        symbols.put(GoroutineAssembler.PARK, scheduler.address(carried ? "park_control" : "park"));
        requireOwnNames(blob, symbols.keySet());
        return new Body(owner, arena.map(blob, symbols), a.upcalls(), closesWithLast);
    }

    /** A symbol of the body's own would take the place of the scheduler's. */
    private static void requireOwnNames(CodeBlob blob, Set<String> taken) {
        for (String symbol : blob.symbols().keySet()) {
            if (taken.contains(symbol)) {
                throw new BodyException("body '" + blob.name() + "' defines the symbol '" + symbol
                        + "', by which bodies call the scheduler: choose another name; taken are " + taken);
            }
        }
    }
}
