// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.trampolines.AsyncPreempt;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.EnumMap;
import java.util.Map;

/**
 * The four primitives of one ABI in executable memory.
 *
 * <p>They live as long as the arena they are mapped into.
 */
public final class MappedPrimitives {
    private final CodeArena arena;
    private final Abi abi;
    private final SaveSet saveSet;
    private final Map<Primitive, MappedCode> code = new EnumMap<>(Primitive.class);

    private MappedPrimitives(CodeArena arena, Abi abi, SaveSet saveSet) {
        this.arena = arena;
        this.abi = abi;
        this.saveSet = saveSet;
    }

    /** Emits and maps the three that need nothing else; {@link #mapAsyncPreempt} adds the fourth. */
    public static MappedPrimitives map(CodeArena arena, Abi abi, SaveSet saveSet) {
        MappedPrimitives primitives = new MappedPrimitives(arena, abi, saveSet);
        for (Primitive primitive : Primitive.values()) {
            if (primitive != Primitive.ASYNC_PREEMPT) {
                primitives.map(primitive, Map.of());
            }
        }
        return primitives;
    }

    /**
     * Emits and maps the preemption trampoline.
     *
     * @param callee the address of its {@code async_preempt2}
     */
    public MappedPrimitives mapAsyncPreempt(long callee) {
        map(Primitive.ASYNC_PREEMPT, Map.of(AsyncPreempt.CALLEE, callee));
        return this;
    }

    private void map(Primitive primitive, Map<String, Long> externals) {
        code.put(primitive, arena.map(primitive.emit(abi, saveSet), externals));
    }

    /** Returns a primitive's address. */
    public long address(Primitive primitive) {
        return mapped(primitive).address();
    }

    /** Returns a primitive as a function. Calling {@code gogo} or {@code async_preempt} from Java does not come back. */
    public NativeFunction function(Primitive primitive) {
        return mapped(primitive).function();
    }

    /** Returns the addresses of the three that code links against, by symbol. */
    Map<String, Long> symbols() {
        return Map.of(
                Primitive.GOGO.symbol(), address(Primitive.GOGO),
                Primitive.MCALL.symbol(), address(Primitive.MCALL),
                Primitive.SYSTEMSTACK.symbol(), address(Primitive.SYSTEMSTACK));
    }

    private MappedCode mapped(Primitive primitive) {
        MappedCode mapped = code.get(primitive);
        if (mapped == null) {
            throw new IllegalStateException(
                    primitive.symbol() + " is not mapped: call mapAsyncPreempt with the address of its callee first");
        }
        return mapped;
    }
}
