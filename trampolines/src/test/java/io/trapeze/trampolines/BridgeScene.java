// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.KReg;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.emitter.operand.Segment;
import io.trapeze.emitter.operand.Xmm;
import io.trapeze.trampolines.BridgeStage.Call;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ArgumentRules.Kind;
import io.trapeze.trampolines.abi.ArgumentRules.Place;
import io.trapeze.trampolines.abi.CallState;
import io.trapeze.trampolines.abi.PreservedVector;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/** One call through a bridge: what its caller sets up, what its callee and its caller have to find. Read off the two descriptions. */
final class BridgeScene {
    enum Target {
        SYMBOL,
        ADDRESS,
        REGISTER,
        FIRST_ARGUMENT
    }

    final Signature signature;
    final Abi from;
    final Abi to;
    final Target target;
    private final Random random;
    private final List<Long> values = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();
    private final long function;
    private final Register functionRegister;

    BridgeScene(Signature signature, Abi from, Abi to, Target target, long function, long seed) {
        this.signature = signature;
        this.from = from;
        this.to = to;
        this.random = new Random(seed);
        this.function = function;
        functionRegister = freeAtEntry();
        this.target = target == Target.REGISTER && functionRegister == null ? Target.SYMBOL : target;
        signature.arguments().forEach(a -> values.add(random.nextLong()));
    }

    private Register freeAtEntry() {
        Set<Object> taken = new HashSet<>(from.pinned().all());
        taken.addAll(from.calls().zero());
        from.arguments().places(signature.kinds()).forEach(p -> taken.add(registerOf(p)));
        List<Register> free = IntStream.range(0, 16)
                .mapToObj(Registers::gp64)
                .filter(r -> r != Registers.rsp && !taken.contains(r))
                .map(r -> (Register) r)
                .toList();
        return free.isEmpty() ? null : free.get(random.nextInt(free.size()));
    }

    private static Object registerOf(Place place) {
        return place instanceof Place.General g ? g.register() : place instanceof Place.Vector v ? v.register() : place;
    }

    CodeBlob emit(String symbol) {
        BridgeTarget what = switch (target) {
            case SYMBOL -> new BridgeTarget.Symbol("callee");
            case ADDRESS -> new BridgeTarget.Address(function);
            case REGISTER -> new BridgeTarget.InRegister((IndexReg) functionRegister);
            case FIRST_ARGUMENT -> new BridgeTarget.FirstArgument();
        };
        return CallBridge.of(signature, from, to)
                .withM(Mem.qword(Address.absolute(0).in(Segment.FS)))
                .withG(Mem.qword(Address.absolute(8).in(Segment.FS)))
                .emit(symbol, what);
    }

    int writable() {
        return new OutgoingCall(to, signature.kinds()).bytes();
    }

    void prepare(BridgeStage.Show show, Call call) {
        MachineState state = call.before();
        state.fill(random);
        boolean mayBeSet = from.calls().directionFlag() == CallState.DirectionFlag.UNSPECIFIED;
        state.flags(mayBeSet && random.nextBoolean() ? 2 | MachineState.DIRECTION : 2);
        for (int i = 0; i < BridgeStage.STACK_WORDS; i++) {
            call.stack().putLong(8 * i, random.nextLong());
        }
        int above = from.stack().alignment() * random.nextInt(8);
        state.general(4, (show.stack() & -64) + above);
        List<Kind> kinds = new ArrayList<>(List.of(signature.kinds()));
        List<Long> passed = new ArrayList<>(values);
        if (target == Target.FIRST_ARGUMENT) {
            kinds.add(0, Kind.INTEGER);
            passed.add(0, function);
        }
        List<Place> places = from.arguments().places(kinds.toArray(Kind[]::new));
        for (int i = 0; i < places.size(); i++) {
            put(state, call.stack(), from.stack().shadow(), places.get(i), passed.get(i));
        }
        if (target == Target.REGISTER) {
            state.general(functionRegister.number(), function);
        }
        from.pinned().g().ifPresent(g -> state.general(g.number(), show.goroutine()));
        from.pinned().m().ifPresent(m -> state.general(m.number(), BridgeStage.CARRIER));
        for (Register zero : from.calls().zero()) {
            if (zero instanceof Xmm) {
                state.vector(zero.number(), 0, 0);
                state.vector(zero.number(), 1, 0);
            } else {
                state.general(zero.number(), 0);
            }
        }
        keep(call.keep());
    }

    private static void put(MachineState state, ByteBuffer stack, int shadow, Place place, long value) {
        if (place instanceof Place.General general) {
            state.general(general.register().number(), value);
        } else if (place instanceof Place.Vector vector) {
            state.vector(vector.register().number(), 0, value);
        } else {
            stack.putLong(shadow + 8 * ((Place.Stack) place).word(), value);
        }
    }

    /** What the callee leaves alone: all that its ABI preserves, pins or keeps zero, but never its result. */
    private void keep(MachineState mask) {
        for (int i = 0; i < 16; i++) {
            boolean pinnedG = to.pinned().g().equals(Optional.of(Registers.gp64(i)));
            boolean kept = to.preserves(Registers.gp64(i)) || pinnedG;
            mask.general(i, kept && !isResult(to, i) ? -1 : 0);
        }
        for (PreservedVector vector : to.preservedVectors()) {
            for (int word = 0; word < vector.bits() / 64; word++) {
                mask.vector(vector.number(), word, isVectorResult(to, vector.number()) ? 0 : -1);
            }
        }
        for (Register zero : to.calls().zero()) {
            if (zero instanceof Xmm) {
                mask.vector(zero.number(), 0, -1);
                mask.vector(zero.number(), 1, -1);
            } else {
                mask.general(zero.number(), -1);
            }
        }
        to.preserved().masks().forEach(k -> mask.mask(k.number(), -1));
        mask.controlWords(to.controlWords().mxcsr() ? -1 : 0, to.controlWords().x87() ? -1 : 0);
        mask.flags(to.calls().directionFlag() == CallState.DirectionFlag.CLEAR ? -1 : ~MachineState.DIRECTION);
    }

    private boolean isResult(Abi abi, int number) {
        return signature.returns(Kind.INTEGER) && abi.result().number() == number;
    }

    private boolean isVectorResult(Abi abi, int number) {
        return signature.returns(Kind.VECTOR) && abi.results().vectors().get(0).number() == number;
    }

    /** Returns everything that was not as it should be. */
    List<String> wrong(BridgeStage.Show show, Call call, MachineState junk) {
        callee(show, call);
        caller(show, call, junk);
        return wrong;
    }

    private void callee(BridgeStage.Show show, Call call) {
        MachineState found = call.inCallee();
        List<Place> places = to.arguments().places(signature.kinds());
        for (int i = 0; i < places.size(); i++) {
            Place place = places.get(i);
            long value = place instanceof Place.General general
                    ? found.general(general.register().number())
                    : place instanceof Place.Vector vector
                            ? found.vector(vector.register().number(), 0)
                            : call.stackInCallee().getLong(8 + to.stack().shadow() + 8 * ((Place.Stack) place).word());
            same("argument " + (i + 1) + " in " + place, value, values.get(i));
        }
        same("misalignment in the callee", found.general(4) + 8 & to.stack().alignment() - 1, 0);
        zeros("in the callee", to, found);
        to.pinned().g().ifPresent(g -> same("g in the callee", found.general(g.number()), show.goroutine()));
        to.pinned().m().ifPresent(m -> same("m in the callee", found.general(m.number()), BridgeStage.CARRIER));
        if (to.calls().directionFlag() == CallState.DirectionFlag.CLEAR) {
            same("direction flag in the callee", found.directionFlag() ? 1 : 0, 0);
        }
        same("MXCSR in the callee", found.mxcsr(), call.before().mxcsr());
        same("x87 control word in the callee", found.x87(), call.before().x87());
    }

    private void caller(BridgeStage.Show show, Call call, MachineState junk) {
        MachineState before = call.before();
        MachineState after = call.after();
        for (int i = 0; i < 16; i++) {
            if (from.preserves(Registers.gp64(i)) && !isResult(from, i)) {
                same(Registers.gp64(i).name(), after.general(i), before.general(i));
            }
        }
        from.pinned().g().ifPresent(g -> same("g", after.general(g.number()), show.goroutine()));
        from.pinned().m().ifPresent(m -> {
            long carrier =
                    to.pinned().m().map(there -> junk.general(there.number())).orElse(BridgeStage.CARRIER);
            same("m", after.general(m.number()), carrier);
        });
        for (PreservedVector vector : from.preservedVectors()) {
            for (int word = 0; word < vector.bits() / 64 && !isVectorResult(from, vector.number()); word++) {
                same(
                        vector + ", word " + word,
                        after.vector(vector.number(), word),
                        before.vector(vector.number(), word));
            }
        }
        for (KReg mask : from.preserved().masks()) {
            same(mask.name(), after.mask(mask.number()), before.mask(mask.number()));
        }
        if (from.controlWords().mxcsr()) {
            same("MXCSR", after.mxcsr(), before.mxcsr());
        }
        if (from.controlWords().x87()) {
            same("x87 control word", after.x87(), before.x87());
        }
        if (from.calls().directionFlag() == CallState.DirectionFlag.CLEAR) {
            same("direction flag", after.directionFlag() ? 1 : 0, 0);
        }
        zeros("in the caller", from, after);
        if (signature.returns(Kind.INTEGER)) {
            same(
                    "the result",
                    after.general(from.result().number()),
                    junk.general(to.result().number()));
        }
        if (signature.returns(Kind.VECTOR)) {
            int there = to.results().vectors().get(0).number();
            int here = from.results().vectors().get(0).number();
            same("the result", after.vector(here, 0), junk.vector(there, 0));
        }
        for (int i = 0; i < BridgeStage.STACK_WORDS; i++) {
            same(
                    "the caller's stack, word " + i,
                    call.stackAfter().getLong(8 * i),
                    call.stack().getLong(8 * i));
        }
    }

    private void zeros(String where, Abi abi, MachineState state) {
        for (Register zero : abi.calls().zero()) {
            if (zero instanceof Xmm) {
                same(zero + " " + where, state.vector(zero.number(), 0) | state.vector(zero.number(), 1), 0);
            } else {
                same(zero + " " + where, state.general(zero.number()), 0);
            }
        }
    }

    private void same(String what, long found, long expected) {
        if (found != expected) {
            wrong.add("%s: found %x, expected %x".formatted(what, found, expected));
        }
    }

    @Override
    public String toString() {
        return signature + ", target " + target + "\n  from " + from + "\n  to " + to;
    }
}
