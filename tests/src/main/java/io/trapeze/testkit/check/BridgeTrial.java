// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import static io.trapeze.emitter.operand.Registers.rsp;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.testkit.capsule.ProbeMemory;
import io.trapeze.testkit.check.Stacks.Window;
import io.trapeze.testkit.generate.RegisterStates;
import io.trapeze.testkit.oracle.Oracle;
import io.trapeze.testkit.oracle.Role;
import io.trapeze.testkit.state.Part;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.CallBridge;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.Signature;
import io.trapeze.trampolines.Signature.Type;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiField;
import io.trapeze.trampolines.abi.ArgumentRules.Kind;
import io.trapeze.trampolines.abi.ArgumentRules.Place;
import io.trapeze.trampolines.abi.GrowthCheck;
import io.trapeze.trampolines.abi.PreservedVector;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Calls through a bridge: its target has to find the arguments where its convention has them, and the caller its
 * result and all that its own convention preserves, though the target changes whatever its convention lets it.
 */
final class BridgeTrial implements Trial {
    /** What it may take of the stack, in bytes. */
    private static final int FRAME = 8192;

    private final Runner runner;
    private final Signature signature;
    private final Abi from;
    private final Abi to;
    private final long address;
    private final CallRules ofFrom;
    private final CallRules ofTo;
    private final List<Place> passed;
    private final List<Place> taken;

    BridgeTrial(Runner runner, CallBridge bridge, CodeBlob code) {
        requireNoted(bridge);
        this.runner = runner;
        this.signature = bridge.signature();
        this.from = bridge.from();
        this.to = bridge.to();
        this.ofFrom = new CallRules(from);
        this.ofTo = new CallRules(to);
        long callee = runner.ground().probe(from).address("callee");
        this.address =
                runner.ground().place(code, Map.of(Check.BRIDGE_TARGET, callee)).address(Check.BRIDGE);
        this.passed = places(signature, from);
        this.taken = places(signature, to);
    }

    /**
     * Requires that what the target gets on the stack can be told.
     *
     * @throws IllegalArgumentException if it is more than is noted
     */
    static void requireNoted(CallBridge bridge) {
        int words = bridge.to().stack().shadow() / 8;
        for (Place place : places(bridge.signature(), bridge.to())) {
            words += place instanceof Place.Stack ? 1 : 0;
        }
        if (words > ProbeMemory.WORDS_ABOVE) {
            throw new IllegalArgumentException("can't check a bridge to "
                    + bridge.to().name() + " with "
                    + bridge.signature().arguments().size() + " arguments: " + words
                    + " words lie above its target's return address, and the check sees " + ProbeMemory.WORDS_ABOVE
                    + " at most. Check it with fewer arguments");
        }
    }

    private static List<Place> places(Signature signature, Abi abi) {
        Kind[] kinds = signature.arguments().stream().map(Type::kind).toArray(Kind[]::new);
        return abi.arguments().places(kinds);
    }

    @Override
    public void run(Case tried) {
        Random random = new Random(tried.seed());
        World world = runner.world();
        ProbeMemory memory = world.memory();
        Stacks stacks = world.stacks();
        Scene callee = new Scene(world, to, random);
        Scene caller = new Scene(world, from, random); // whose thread block is in use
        caller.randomize();
        RegisterState in = memory.entry();
        RegisterStates.fill(in, random);
        in.quieten(Part.X87_TAGS);
        callee.thunkDoesWhatItMay();
        memory.setHomes(ofTo.calleesBytes(taken));
        if (returns(Kind.VECTOR)) {
            memory.kept().quieten(Part.of(new PreservedVector(result(to), 512)));
        }
        caller.quieten(tried.quiet(), SaveSet.AVX512_X87);
        ofFrom.zero(in);
        long entry = caller.enter(stacks.goroutineTop());
        from.pinned().g().ifPresent(g -> in.set(g, goroutine()));
        long[] values = random.longs(passed.size()).toArray();
        for (int i = 0; i < values.length; i++) {
            pass(in, entry, passed.get(i), values[i]);
        }
        stacks.put(entry, runner.arrival(from));
        List<Long> bounds = caller.bounds();
        runner.run(from, address);

        inTheTarget(entry, values);
        backInTheCaller(entry, bounds);
    }

    /** The goroutine: a number or, where functions compare RSP with a limit that it keeps, memory with such a limit. */
    private long goroutine() {
        if (from.growth() instanceof GrowthCheck.Guard guard) {
            World world = runner.world();
            world.gobufs().putLong(guard.guard(), world.stacks().bottom());
            return world.gobufs().address();
        }
        return Scene.G;
    }

    private void pass(RegisterState in, long entry, Place place, long value) {
        if (place instanceof Place.General general) {
            in.set(general.register(), value);
        } else if (place instanceof Place.Vector vector) {
            byte[] bytes = ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(value)
                    .array();
            in.set(low64(vector.register().number()), bytes);
        } else {
            int word = ((Place.Stack) place).word();
            runner.world().stacks().put(entry + 8 + from.stack().shadow() + 8L * word, value);
        }
    }

    private void inTheTarget(long entry, long[] values) {
        ProbeMemory memory = runner.world().memory();
        RegisterState found = memory.found();
        String there = "in the target";
        Expect.that(there, "rip", found.get(rsp) != 0, "bridge: it calls its target");
        for (int i = 0; i < values.length; i++) {
            Place place = taken.get(i);
            String text = place instanceof Place.General general
                    ? found.get(Part.of(general.register()))
                    : place instanceof Place.Vector vector
                            ? found.get(low64(vector.register().number()))
                            : "%016x".formatted(memory.above(to.stack().shadow() + 8 * ((Place.Stack) place).word()));
            Expect.equal(
                    there,
                    place(place),
                    "%016x".formatted(values[i]),
                    text,
                    "bridge: argument " + (i + 1) + " is passed on, from " + place(passed.get(i)));
        }
        ofTo.requireFit(there, found.get(rsp), entry, taken);
        RegisterState in = memory.entry();
        to.pinned()
                .g()
                .ifPresent(g -> Expect.equal(there, g.name(), goroutine(), found.get(g), AbiField.PINNED_G.is(g)));
        to.pinned()
                .m()
                .ifPresent(m -> from.pinned()
                        .m()
                        .ifPresent(carrier ->
                                Expect.equal(there, m.name(), in.get(carrier), found.get(m), AbiField.PINNED_M.is(m))));
        ofTo.requireZero(there, found);
        ofTo.requireDirection(there, found);
        ofTo.requireX87Empty(there, found);
    }

    private void backInTheCaller(long entry, List<Long> bounds) {
        ProbeMemory memory = runner.world().memory();
        RegisterState back = memory.arrival();
        String after = "after the bridge";
        Oracle oracle = Oracle.of(from, Role.BRIDGE, SaveSet.SSE);
        oracle.differences(after, memory.entry(), back).stream()
                .filter(difference ->
                        !returns(Kind.VECTOR) || !difference.register().matches("[xyz]mm" + result(from)))
                .findFirst()
                .ifPresent(difference -> {
                    throw new BrokenRule(difference);
                });
        String passedOn = "bridge: the result is passed on";
        if (returns(Kind.INTEGER)) {
            String register = from.result().name();
            Expect.equal(after, register, memory.junk().get(to.result()), back.get(from.result()), passedOn);
        }
        if (returns(Kind.VECTOR)) {
            String expected = memory.junk().get(low64(result(to)));
            Expect.equal(after, "xmm" + result(from), expected, back.get(low64(result(from))), passedOn);
        }
        Expect.equal(after, "rsp", entry + 8, back.get(rsp), "a function leaves RSP above its return address");
        ofFrom.requireZero(after, back);
        ofFrom.requireDirection(after, back);
        ofFrom.requireX87Empty(after, back);
        ofFrom.requireBounds(after, bounds, memory.boundsAtArrival());
        Stacks stacks = runner.world().stacks();
        long low = Math.max(stacks.bottom(), entry - FRAME);
        stacks.requireUntouchedBut(new Window(Stacks.STACK, low, entry + 8 + ofFrom.calleesBytes(passed)), entry);
    }

    private boolean returns(Kind kind) {
        return signature.result().map(Type::kind).filter(kind::equals).isPresent();
    }

    private static int result(Abi abi) {
        return abi.results().vectors().get(0).number();
    }

    private static Part low64(int vector) {
        return Part.of(new PreservedVector(vector, 64));
    }

    private static String place(Place place) {
        return place instanceof Place.General general
                ? general.register().name()
                : place instanceof Place.Vector vector
                        ? vector.register().name()
                        : "word " + ((Place.Stack) place).word() + " of the arguments on the stack";
    }
}
