// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi.file;

import static io.trapeze.trampolines.abi.AbiField.*;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.KReg;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.emitter.operand.Segment;
import io.trapeze.emitter.operand.Xmm;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import io.trapeze.trampolines.abi.AbiField;
import io.trapeze.trampolines.abi.ArgumentRules;
import io.trapeze.trampolines.abi.CallState;
import io.trapeze.trampolines.abi.ControlWords;
import io.trapeze.trampolines.abi.GrowthCheck;
import io.trapeze.trampolines.abi.PinnedRegisters;
import io.trapeze.trampolines.abi.PreservedSet;
import io.trapeze.trampolines.abi.PreservedVector;
import io.trapeze.trampolines.abi.ResultRules;
import io.trapeze.trampolines.abi.StackRules;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** An ABI, or a draft of one, by the fields of its description. */
final class Description {
    private static final String CLEAR = "clear";
    private static final String UNSPECIFIED = "unspecified";

    private final Map<AbiField, Value> values;

    private Description(Map<AbiField, Value> values) {
        this.values = values;
    }

    /** What a file has that extends nothing and says nothing but its name. */
    static Description blank(String name) {
        Description blank = new Description(new EnumMap<>(AbiField.class));
        for (AbiField field : AbiField.values()) {
            blank.values.put(field, initial(field));
        }
        blank.set(NAME, new Value.Word(name));
        blank.set(STACK_ALIGNMENT, new Value.Size(16));
        return blank;
    }

    private static Value initial(AbiField field) {
        return switch (Shape.of(field)) {
            case TEXT -> new Value.Word("");
            case FLAG -> new Value.Flag(false);
            case GENERAL, VECTORS, WIDE_VECTORS, MASKS, ZERO -> new Value.Names(List.of());
            case SIZE -> new Value.Size(0);
            case OPTIONAL_SIZE, OPTIONAL_REGISTER, SEGMENT -> Value.NONE;
            case DIRECTION -> new Value.Word(CLEAR);
            case BOUNDS -> new Value.Bounds(List.of());
        };
    }

    /** Takes an ABI apart. */
    static Description of(Abi abi) {
        Description all = blank(abi.name());
        all.set(ARGUMENTS_INTEGER, names(abi.arguments().integer()));
        all.set(ARGUMENTS_VECTORS, names(abi.arguments().vectors()));
        all.set(ARGUMENTS_POSITIONAL, new Value.Flag(abi.arguments().positional()));
        all.set(RESULTS_INTEGER, names(abi.results().integer()));
        all.set(RESULTS_VECTORS, names(abi.results().vectors()));
        all.set(PRESERVED_GENERAL, names(abi.preserved().general()));
        all.set(PRESERVED_RBP, new Value.Flag(abi.preserved().rbp()));
        all.set(
                PRESERVED_VECTORS,
                new Value.Names(abi.preserved().vectors().stream()
                        .map(PreservedVector::name)
                        .toList()));
        all.set(PRESERVED_MASKS, names(abi.preserved().masks()));
        all.set(PRESERVED_OVERLAP, new Value.Flag(abi.preserved().overlap()));
        all.set(CONTROL_MXCSR, new Value.Flag(abi.controlWords().mxcsr()));
        all.set(CONTROL_X87, new Value.Flag(abi.controlWords().x87()));
        boolean clear = abi.calls().directionFlag() == CallState.DirectionFlag.CLEAR;
        all.set(CALLS_DIRECTION_FLAG, new Value.Word(clear ? CLEAR : UNSPECIFIED));
        all.set(CALLS_ZERO, names(abi.calls().zero()));
        all.set(STACK_ALIGNMENT, new Value.Size(abi.stack().alignment()));
        all.set(STACK_SHADOW, new Value.Size(abi.stack().shadow()));
        all.set(STACK_SPILL, new Value.Flag(abi.stack().spill()));
        all.set(STACK_RED_ZONE, new Value.Size(abi.stack().redZone()));
        all.set(STACK_INTERRUPT_SKIP, new Value.Size(abi.stack().interruptSkip()));
        all.set(STACK_MACHINE_FRAMES, new Value.Flag(abi.stack().machineFrames()));
        if (abi.growth() instanceof GrowthCheck.Guard guard) {
            all.set(GROWTH_GUARD, new Value.Size(guard.guard()));
        } else if (abi.growth() instanceof GrowthCheck.Probe probe) {
            all.set(GROWTH_PROBE, new Value.Size(probe.probe()));
        }
        abi.pinned().g().ifPresent(g -> all.set(PINNED_G, new Value.Word(g.name())));
        abi.pinned().m().ifPresent(m -> all.set(PINNED_M, new Value.Word(m.name())));
        abi.threadBlock().ifPresent(block -> {
            all.set(THREAD_SEGMENT, new Value.Word(block.segment().name().toLowerCase(Locale.ROOT)));
            all.set(THREAD_STACK_BOUNDS, new Value.Bounds(block.fields()));
        });
        return all;
    }

    private static Value names(List<? extends Register> registers) {
        return new Value.Names(registers.stream().map(Register::name).toList());
    }

    /** Returns all fields, in the order of a file. */
    Map<AbiField, Value> values() {
        return Collections.unmodifiableMap(values);
    }

    Value get(AbiField field) {
        return values.get(field);
    }

    void set(AbiField field, Value value) {
        values.put(field, value);
    }

    /**
     * Makes the ABI.
     *
     * @param problems is told of each part that contradicts itself
     * @return nothing if one does, or the parts contradict each other
     */
    Optional<Abi> build(Consumer<AbiException> problems) {
        Optional<ArgumentRules> arguments = attempt(
                problems,
                () -> new ArgumentRules(
                        all(IndexReg.class, ARGUMENTS_INTEGER),
                        all(Xmm.class, ARGUMENTS_VECTORS),
                        flag(ARGUMENTS_POSITIONAL)));
        Optional<ResultRules> results = attempt(
                problems, () -> new ResultRules(all(IndexReg.class, RESULTS_INTEGER), all(Xmm.class, RESULTS_VECTORS)));
        Optional<PreservedSet> preserved = attempt(problems, this::preserved);
        Optional<CallState> calls = attempt(
                problems,
                () -> new CallState(
                        word(CALLS_DIRECTION_FLAG).equals(CLEAR)
                                ? CallState.DirectionFlag.CLEAR
                                : CallState.DirectionFlag.UNSPECIFIED,
                        all(Register.class, CALLS_ZERO)));
        Optional<StackRules> stack = attempt(
                problems,
                () -> new StackRules(
                        size(STACK_ALIGNMENT),
                        size(STACK_SHADOW),
                        flag(STACK_SPILL),
                        size(STACK_RED_ZONE),
                        size(STACK_INTERRUPT_SKIP),
                        flag(STACK_MACHINE_FRAMES)));
        Optional<GrowthCheck> growth = attempt(problems, this::growth);
        Optional<PinnedRegisters> pinned =
                attempt(problems, () -> new PinnedRegisters(register(PINNED_G), register(PINNED_M)));
        Optional<Optional<ThreadBlock>> block = attempt(problems, this::threadBlock);
        if (arguments.isEmpty()
                || results.isEmpty()
                || preserved.isEmpty()
                || calls.isEmpty()
                || growth.isEmpty()
                || pinned.isEmpty()) {
            return Optional.empty();
        }
        // Those two contradict no other part, so the others are held against each other without them.
        Optional<Abi> abi = attempt(
                problems,
                () -> new Abi(
                        word(NAME),
                        arguments.get(),
                        results.get(),
                        preserved.get(),
                        new ControlWords(flag(CONTROL_MXCSR), flag(CONTROL_X87)),
                        calls.get(),
                        stack.orElse(Abi.SYSTEM_V.stack()),
                        growth.get(),
                        pinned.get(),
                        block.orElse(Optional.empty())));
        return stack.isEmpty() || block.isEmpty() ? Optional.empty() : abi;
    }

    private static <T> Optional<T> attempt(Consumer<AbiException> problems, Supplier<T> part) {
        try {
            return Optional.of(part.get());
        } catch (AbiException e) {
            problems.accept(e);
            return Optional.empty();
        }
    }

    private PreservedSet preserved() {
        return new PreservedSet(
                all(IndexReg.class, PRESERVED_GENERAL),
                flag(PRESERVED_RBP),
                names(PRESERVED_VECTORS).stream()
                        .map(name -> PreservedVector.named(name).orElseThrow())
                        .toList(),
                all(KReg.class, PRESERVED_MASKS),
                flag(PRESERVED_OVERLAP));
    }

    private GrowthCheck growth() {
        boolean guarded = values.get(GROWTH_GUARD) instanceof Value.Size;
        if (guarded && values.get(GROWTH_PROBE) instanceof Value.Size) {
            throw new AbiException(
                    GROWTH_PROBE, "growth.guard is set as well, and there is one check; drop one of the two");
        }
        if (guarded) {
            return new GrowthCheck.Guard(size(GROWTH_GUARD));
        }
        return values.get(GROWTH_PROBE) instanceof Value.Size probe
                ? new GrowthCheck.Probe(probe.bytes())
                : GrowthCheck.NONE;
    }

    private Optional<ThreadBlock> threadBlock() {
        List<ThreadBlock.Field> fields = ((Value.Bounds) values.get(THREAD_STACK_BOUNDS)).fields();
        if (!values.get(THREAD_SEGMENT).equals(Value.NONE)) {
            return Optional.of(
                    new ThreadBlock(Segment.valueOf(word(THREAD_SEGMENT).toUpperCase(Locale.ROOT)), fields));
        }
        if (!fields.isEmpty()) {
            throw new AbiException(
                    THREAD_STACK_BOUNDS,
                    "there are fields, but thread.segment does not say where the block is; set it to \"gs\" or \"fs\"");
        }
        return Optional.empty();
    }

    private <T extends Register> List<T> all(Class<T> type, AbiField field) {
        return names(field).stream()
                .map(name -> type.cast(Registers.named(name).orElseThrow()))
                .toList();
    }

    private Optional<IndexReg> register(AbiField field) {
        return Registers.named(word(field)).map(IndexReg.class::cast);
    }

    private List<String> names(AbiField field) {
        return ((Value.Names) values.get(field)).names();
    }

    private boolean flag(AbiField field) {
        return ((Value.Flag) values.get(field)).set();
    }

    private int size(AbiField field) {
        return ((Value.Size) values.get(field)).bytes();
    }

    private String word(AbiField field) {
        return ((Value.Word) values.get(field)).word();
    }
}
