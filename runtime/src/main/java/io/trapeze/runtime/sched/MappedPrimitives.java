// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.trampolines.AsyncPreempt;
import io.trapeze.trampolines.Omission;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.Collection;
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
    private final Omission omission;
    private final Map<Primitive, MappedCode> code = new EnumMap<>(Primitive.class);

    private MappedPrimitives(CodeArena arena, Abi abi, SaveSet saveSet, Omission omission) {
        this.arena = arena;
        this.abi = abi;
        this.saveSet = saveSet;
        this.omission = omission;
    }

    /** Emits and maps the three that need nothing else; {@link #mapAsyncPreempt} adds the fourth. */
    public static MappedPrimitives map(CodeArena arena, Abi abi, SaveSet saveSet) {
        return map(arena, abi, saveSet, Omission.NONE);
    }

    /** Does the same, and has them forget registers that the ABI preserves. */
    static MappedPrimitives map(CodeArena arena, Abi abi, SaveSet saveSet, Omission omission) {
        MappedPrimitives primitives = new MappedPrimitives(arena, abi, saveSet, omission);
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
        code.put(primitive, arena.map(primitive.emit(abi, saveSet, omission), externals));
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

    /** Returns all that are mapped. */
    Collection<MappedCode> code() {
        return code.values();
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
