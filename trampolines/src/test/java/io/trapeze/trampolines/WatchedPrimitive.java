// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import io.trapeze.emitter.Caller;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.PreservedVector;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** A primitive that runs in a {@link Scene}, and whom a walk over the stack has to find at each of its instructions. */
final class WatchedPrimitive {
    /** Told at each instruction, before it is executed. */
    interface Watcher {
        /**
         * @param before the instruction executed before; null at the first
         * @param expected the caller's registers by name, as in {@link Walk}
         */
        void at(Processor processor, Instruction instruction, Instruction before, Map<String, Object> expected);
    }

    private final Abi abi;
    private final CodeBlob blob;
    private final Scene scene;
    private Instruction before;

    WatchedPrimitive(Abi abi, CodeBlob blob, long seed) {
        this.abi = abi;
        this.blob = blob;
        this.scene = new Scene(abi, seed);
    }

    void run(Primitive primitive, Watcher watcher) {
        switch (primitive) {
            case GOGO -> gogo(watcher);
            case MCALL -> {
                scene.enter(Scene.G, Scene.SCHED, Scene.G0_GOBUF, Scene.FUNCTION);
                watch(watcher, caller());
            }
            case SYSTEMSTACK -> {
                scene.enter(Scene.G0_STACK_TOP - scene.random.nextInt(64), Scene.G, Scene.FUNCTION, Scene.G0_GOBUF);
                Map<String, Object> caller = caller();
                caller.remove(abi.result().name());
                abi.pinned().g().ifPresent(g -> caller.put(g.name(), scene.general(g)));
                watch(watcher, caller, scene::callee);
            }
            case ASYNC_PREEMPT -> interrupt(watcher);
        }
    }

    private void gogo(Watcher watcher) {
        Map<String, Object> goroutine = walkable(scene.saved(Scene.SCHED));
        goroutine.put("rip", scene.memory.read8(Scene.SCHED + Gobuf.PC));
        goroutine.put("rsp", scene.memory.read8(Scene.SCHED + Gobuf.SP));
        scene.gobuf.machineFrame().ifPresent(offset -> {
            scene.memory.set8(Scene.SCHED + offset, (Long) goroutine.get("rip"));
            scene.memory.set8(Scene.SCHED + offset + 24, (Long) goroutine.get("rsp"));
        });
        scene.enter(Scene.SCHED);
        Map<String, Object> caller = caller();
        int change = blob.callers().entrySet().stream()
                .filter(c -> c.getValue().stream().anyMatch(who -> who instanceof Caller.Suspended))
                .findFirst()
                .orElseThrow()
                .getKey();
        watch(
                (processor, instruction, before, expected) ->
                        watcher.at(processor, instruction, before, instruction.offset() < change ? caller : goroutine),
                caller);
    }

    private void interrupt(Watcher watcher) {
        Processor p = scene.processor;
        long interrupted = Scene.STACK_TOP - 2048 + scene.random.nextInt(64);
        long resume = interrupted - abi.stack().interruptSkip() - 8;
        scene.memory.set8(resume, Scene.RETURN_ADDRESS);
        if (abi.stack().machineFrames()) {
            scene.memory.set8(resume + 24, interrupted);
        }
        p.general[4] = resume;
        Map<String, Object> expected =
                new LinkedHashMap<>(Walk.of(p, Scene.RETURN_ADDRESS).registers());
        expected.put("rsp", interrupted);
        expected.keySet()
                .removeIf(name -> name.matches("xmm(1[6-9]|2\\d|3\\d)")); // no save set's rules are about these
        // a register pinned to m is the carrier's, whoever that is
        abi.pinned().m().ifPresent(m -> expected.remove(m.name()));
        watch(watcher, expected, processor -> scene.procedure(processor, 0));
    }

    private void watch(Watcher watcher, Map<String, Object> expected) {
        watch(watcher, expected, processor -> scene.procedure(processor, 1));
    }

    private void watch(Watcher watcher, Map<String, Object> expected, Consumer<Processor> callee) {
        scene.processor.watcher = instruction -> {
            watcher.at(scene.processor, instruction, before, expected);
            before = instruction;
        };
        scene.processor.run(blob, callee);
    }

    private Map<String, Object> caller() {
        Map<String, Object> caller = walkable(scene.preserved());
        caller.put("rip", Scene.RETURN_ADDRESS);
        caller.put("rsp", scene.entry + 8);
        return caller;
    }

    /** What walks restore: general registers, and of each vector the low 128 bits if these are preserved. */
    private Map<String, Object> walkable(Map<String, Object> preserved) {
        Map<String, Object> registers = new LinkedHashMap<>();
        abi.preservedGeneral().forEach(r -> registers.put(r.name(), preserved.get(r.name())));
        if (abi.preservesRbp()) {
            registers.put("rbp", preserved.get("rbp"));
        }
        for (PreservedVector vector : abi.preservedVectors()) {
            if (vector.bits() >= 128) {
                String[] bytes = ((String) preserved.get(vector.name()))
                        .replaceAll("[\\[\\]]", "")
                        .split(", ");
                registers.put("xmm" + vector.number(), Arrays.toString(Arrays.copyOf(bytes, 16)));
            }
        }
        return registers;
    }
}
