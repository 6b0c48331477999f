// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.emitter.operand.Segment;
import io.trapeze.runtime.os.UnsupportedHostException;
import io.trapeze.trampolines.Omission;
import io.trapeze.trampolines.SwitchState;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import io.trapeze.trampolines.abi.AbiField;
import io.trapeze.trampolines.abi.ArgumentRules.Place;
import io.trapeze.trampolines.abi.CallState;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How goroutines live by an ABI: which registers the scheduler's code uses on their side of the border, and how it calls the
 * primitives from there. On g0's stack nothing but this scheduler's own code and the host's runs, so there it has its own ways.
 *
 * @param abi of the bodies and the primitives: as given, but that g is pinned where nothing else could hold it
 * @param omission what switches are told to forget
 * @param g holds the running goroutine in bodies
 * @param values hold the arguments of a primitive before it is called: those that it gets in registers are in place
 * @param number holds the number of an upcall
 * @param resume holds the address to go on at after a yield
 * @param passed hold a body's first arguments as it begins
 * @param work is free for a yield once it has saved what comes back
 */
record Convention(
        Abi abi,
        Omission omission,
        IndexReg g,
        List<IndexReg> values,
        IndexReg number,
        IndexReg resume,
        List<IndexReg> passed,
        List<IndexReg> work) {
    private static final int MOST_VALUES = 4;
    private static final int WORK = 3;
    private static final List<String> KNOWN_BOUNDS =
            ThreadBlock.TEB.fields().stream().map(ThreadBlock.Field::name).toList();

    /**
     * Plans the registers.
     *
     * @throws AbiException if the ABI leaves too few, or takes what the host needs for itself
     */
    static Convention of(Abi given, Abi host, Omission omission) {
        omission.requirePreserved(given);
        if (!given.equals(host)) {
            requireLent(given, host);
        }
        Abi abi = pinned(given, omission);
        int passed = Math.min(MOST_VALUES, abi.integerArguments().size());
        List<IndexReg> scratch = abi.scratch(1 + MOST_VALUES - passed, passed);
        List<IndexReg> values = Stream.concat(
                        abi.integerArguments().stream().limit(passed),
                        scratch.stream().skip(1))
                .toList();
        IndexReg g =
                abi.pinned().g().orElseGet(() -> preservedForG(abi, omission).get(0));
        IndexReg resume = abi.scratch(1, 0).get(0);
        List<IndexReg> work = Stream.concat(
                        abi.free(0).stream().skip(1),
                        abi.preservedGeneral().stream().filter(r -> r != g))
                .limit(WORK)
                .toList();
        return new Convention(abi, omission, g, values, scratch.get(0), resume, passed(abi, host), work);
    }

    /** Refuses what an ABI other than the host's can't have here. */
    private static void requireLent(Abi given, Abi host) {
        if (host.threadBlock().isPresent()) {
            throw new UnsupportedHostException(
                    "ABI '" + given.name() + "' for goroutines",
                    "ABI '" + host.name() + "', whose thread block names the stack");
        }
        given.threadBlock().filter(block -> block.segment() == Segment.FS).ifPresent(block -> {
            throw new AbiException(
                    AbiField.THREAD_SEGMENT,
                    "fs leads to the host's own thread block, which goroutines must leave alone; use gs to schedule ABI '"
                            + given.name() + "'");
        });
        given.threadFields().stream()
                .filter(field -> !KNOWN_BOUNDS.contains(field.name()))
                .findFirst()
                .ifPresent(field -> {
                    throw new AbiException(
                            AbiField.THREAD_STACK_BOUNDS,
                            "nothing is known that a goroutine's stack could have for " + field.name() + "; known are "
                                    + String.join(", ", KNOWN_BOUNDS));
                });
    }

    private static Abi pinned(Abi abi, Omission omission) {
        if (abi.pinned().g().isPresent() || !preservedForG(abi, omission).isEmpty()) {
            return abi;
        }
        IndexReg free = IntStream.iterate(15, n -> n >= 0, n -> n - 1)
                .mapToObj(Registers::gp64)
                .flatMap(r -> r instanceof IndexReg register ? Stream.of(register) : Stream.empty())
                .filter(r -> r != rbp && !abi.preserves(r) && !hasMeaning(abi, r))
                .findFirst()
                .orElseThrow(
                        () -> new AbiException(
                                AbiField.PINNED_G,
                                "ABI '" + abi.name()
                                        + "' leaves no register for the goroutine that runs: each carries an"
                                        + " argument or a result, or has a meaning already; pass one argument less in registers"));
        return abi.with(abi.pinned().withG(free));
    }

    /** Preserved registers that can hold the goroutine, the best one first. */
    private static List<IndexReg> preservedForG(Abi abi, Omission omission) {
        List<IndexReg> able = new ArrayList<>();
        abi.preservedGeneral().stream()
                .filter(r -> !hasMeaning(abi, r) && !omission.names(r))
                .forEach(able::add);
        if (able.remove(r14)) {
            able.add(0, r14);
        }
        return able;
    }

    /** By the host's ABI a body is written without knowing which that is, so its arguments are in the same registers everywhere. */
    private static List<IndexReg> passed(Abi abi, Abi host) {
        return (abi.equals(host) ? Abi.SYSTEM_V : abi)
                .integerArguments().stream().limit(GoroutineTable.ARGUMENTS).toList();
    }

    private static boolean hasMeaning(Abi abi, IndexReg register) {
        return abi.integerArguments().contains(register)
                || abi.results().integer().contains(register)
                || abi.pinned().all().contains(register)
                || abi.calls().zero().contains(register);
    }

    /** Returns what a yield saves: the registers that come back, but for g, which every switch sets. */
    SwitchState voluntary() {
        return SwitchState.of(abi).omitting(omission).withoutControlWords().without(g);
    }

    /** Returns those of the values' registers that a function must give back, but for the one of its result. */
    List<IndexReg> borrowed() {
        return values.stream()
                .filter(r -> abi.preserves(r) && r != abi.result())
                .toList();
    }

    /** Returns two registers that are free when a primitive has returned. */
    List<IndexReg> afterCall() {
        return Stream.of(values.get(3), values.get(2), values.get(1))
                .filter(r -> r != abi.result())
                .limit(2)
                .toList();
    }

    /** Returns the bytes of the goroutine's stack that a call of a primitive with {@code count} values takes. */
    int room(int count) {
        int words = (int) places(count).filter(Place.Stack.class::isInstance).count();
        return words == 0 ? 0 : abi.stack().aligned(abi.stack().shadow() + 8 * words);
    }

    private Stream<Place> places(int count) {
        return abi.arguments().integerPlaces(count).stream();
    }

    // spotless:off
    /** Emits the call of a primitive with the first {@code count} values. */
    void call(Assembler a, Label primitive, int count) {
        int room = room(count);
        if (room > 0) {
            a.sub(rsp, room) .because("arguments on the stack");
        }
        List<Place> places = places(count).toList();
        for (int i = 0; i < count; i++) {
            if (places.get(i) instanceof Place.Stack stack) {
                a.mov(qword(rsp, abi.stack().shadow() + 8 * stack.word()), values.get(i));
            }
        }
        a.call(primitive);
        if (room > 0) {
            a.add(rsp, room);
        }
    }

    /** Emits the first argument's way to a register, at the entry of a function that a primitive has called. */
    void argument(Assembler a, IndexReg target) {
        argument(a, target, rsp, 0);
    }

    /** Emits the same in a function that has pushed rbp and has its frame's address in there. */
    void argumentOfFrame(Assembler a, IndexReg target) {
        argument(a, target, rbp, 8);
    }

    private void argument(Assembler a, IndexReg target, Reg64 base, int pushed) {
        if (abi.arguments().integerPlaces(1).get(0) instanceof Place.Stack stack) {
            a.mov(target, qword(base, pushed + 8 + abi.stack().shadow() + 8 * stack.word()));
        } else {
            move(a, target, values.get(0));
        }
    }

    /** Emits a jump to {@code gogo} on g0's stack, for the goroutine in {@code goroutine}. */
    void resume(Assembler a, Label gogo, IndexReg goroutine, IndexReg machine) {
        if (room(1) > 0) {
            a.sub(rsp, room(1) + 8)                                .because("the argument, and the place of a return address");
            a.mov(qword(rsp, 8 + abi.stack().shadow()), goroutine) .because("its first word");
            abi.pinned().m().ifPresent(m -> move(a, m, machine));
        } else {
            abi.pinned()
                    .m()
                    .ifPresentOrElse(
                            m -> both(a, values.get(0), goroutine, m, machine), () -> move(a, values.get(0), goroutine));
        }
        a.jmp(gogo) .because("the primitive: everything comes from the Gobuf");
    }

    /** Emits what the host's code expects of the direction flag, where goroutines may leave it as they like. */
    void clearDirection(Assembler a) {
        if (abi.calls().directionFlag() == CallState.DirectionFlag.UNSPECIFIED) {
            a.cld() .because("as the host's code expects it");
        }
    }

    /** Emits two moves as if they happened at once; nothing for what is in place. */
    static void both(Assembler a, IndexReg first, IndexReg toFirst, IndexReg second, IndexReg toSecond) {
        if (first == toSecond && second == toFirst) {
            a.xchg(first, second);
        } else if (first == toSecond) {
            move(a, second, toSecond);
            move(a, first, toFirst);
        } else {
            move(a, first, toFirst);
            move(a, second, toSecond);
        }
    }

    private static void move(Assembler a, IndexReg to, IndexReg from) {
        if (to != from) {
            a.mov(to, from);
        }
    }
    // spotless:on
}
