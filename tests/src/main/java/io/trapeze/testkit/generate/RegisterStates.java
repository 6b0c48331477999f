// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.generate;

import static io.trapeze.emitter.operand.Registers.rsp;

import io.trapeze.testkit.state.Part;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.SaveSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Draws a value for every register at once. RSP is zero: where the stack is, is for whoever runs code with it to say. DF, AC and TF are
 * clear but at the edges, and no exception of the x87 registers is pending.
 *
 * <p>Simpler is a state with fewer registers that are not {@linkplain RegisterState#quieten quiet}, and then one with a 1 in
 * them.
 */
public final class RegisterStates implements Generator<RegisterState> {
    /** Condition codes and the stack's top: what of the status word raises nothing. */
    private static final int X87_STATUS = 0x7F00;
    /** Rounding, precision and masks; bit 6 always reads as 1. */
    private static final int X87_CONTROL = 0xF3F;

    private static final int X87_ALWAYS = 0x40;
    private static final int ROUNDINGS = 4;

    /** Registers that hold data, and control nothing. */
    private static final List<Part> DATA = Part.all(SaveSet.AVX512_X87).stream()
            .filter(part -> part.bytes() >= 8 && !part.equals(Part.FLAGS) && !part.equals(Part.of(rsp)))
            .toList();

    private static final Pattern[] PATTERNS = Pattern.values();

    /** Draws from all states that a processor with every register can be in. */
    public RegisterStates() {}

    /** Returns any value of MXCSR. */
    public static int mxcsr(RandomGenerator random) {
        return random.nextInt() & 0xFFFF;
    }

    /** Returns any value of the x87 control word. */
    public static int x87Control(RandomGenerator random) {
        return random.nextInt() & X87_CONTROL | X87_ALWAYS;
    }

    @Override
    public Drawn<RegisterState> draw(RandomGenerator random) {
        RegisterState state = RegisterState.quiet();
        fill(state, random);
        return drawn(state);
    }

    /** Gives every register of a state another value, without an object for each. */
    public static void fill(RegisterState state, RandomGenerator random) {
        state.fill(random);
        int kind = random.nextInt(8);
        if (kind < 3) {
            int tag = random.nextInt();
            for (Part part : DATA) {
                Pattern pattern = kind == 0 ? Pattern.MARKER : PATTERNS[random.nextInt(PATTERNS.length)];
                pattern.fill(state, part, tag);
            }
        }
        state.set(rsp, 0);
        state.setFlags(
                random.nextLong() & ~(RegisterState.DIRECTION | RegisterState.ALIGNMENT_CHECK | RegisterState.TRAP));
        state.setMxcsr(mxcsr(random));
        state.setX87(x87Control(random));
        state.setX87Status(random.nextInt() & X87_STATUS);
    }

    @Override
    public List<Drawn<RegisterState>> edges() {
        List<Drawn<RegisterState>> edges = new ArrayList<>();
        for (Pattern pattern : PATTERNS) {
            if (pattern != Pattern.RANDOM) {
                edges.add(edge(state -> DATA.forEach(part -> pattern.fill(state, part, 0))));
            }
        }
        for (int rounding = 0; rounding < ROUNDINGS; rounding++) {
            int bits = rounding;
            edges.add(edge(state -> {
                state.setMxcsr(state.mxcsr() | bits << 13);
                state.setX87(state.x87() & ~(3 << 8) | bits << 10 | (bits == 1 ? 0 : bits) << 8);
            }));
        }
        edges.add(edge(state -> state.setMxcsr(0x9FC0))); //  denormals are zero, on the way in and on the way out
        edges.add(edge(state -> state.setMxcsr(0x1FBF))); //  every exception has been, and none is raised
        edges.add(edge(state -> state.setMxcsr(0))); //       none has been, and every one would be raised
        edges.add(edge(state -> state.setX87(X87_ALWAYS)));
        edges.add(edge(state -> state.setFlags(0x8D5))); //   CF PF AF ZF SF OF
        edges.add(edge(state -> state.setFlags(RegisterState.DIRECTION)));
        edges.add(edge(RegisterState::fillX87));
        return edges;
    }

    private static Drawn<RegisterState> edge(Consumer<RegisterState> made) {
        RegisterState state = RegisterState.quiet();
        made.accept(state);
        return drawn(state);
    }

    /** Returns a state as if it had been drawn. */
    public static Drawn<RegisterState> drawn(RegisterState state) {
        return new Taken(state.copy());
    }

    /** A state that nobody else can change. */
    private record Taken(RegisterState state) implements Drawn<RegisterState> {
        @Override
        public RegisterState value() {
            return state.copy();
        }

        @Override
        public long size() {
            return state.live().stream().mapToLong(part -> isOne(part) ? 1 : 2).sum();
        }

        /** All quiet, then as few as half, a quarter, … and one fewer; then ones. */
        @Override
        public Stream<Drawn<RegisterState>> simpler() {
            List<Part> live = state.live();
            Stream<Drawn<RegisterState>> simpler = Stream.empty();
            for (int share = live.size(); share > 0; share /= 2) {
                int step = share;
                simpler = Stream.concat(
                        simpler,
                        Stream.iterate(0, from -> from < live.size(), from -> from + step)
                                .map(from -> quieting(live, live.subList(from, Math.min(from + step, live.size())))));
            }
            return Stream.concat(
                    simpler,
                    live.stream()
                            .filter(DATA::contains)
                            .filter(part -> !isOne(part))
                            .map(this::one));
        }

        private Drawn<RegisterState> quieting(List<Part> live, List<Part> parts) {
            RegisterState less = RegisterState.quiet();
            live.stream().filter(part -> !parts.contains(part)).forEach(part -> less.set(part, state));
            return new Taken(less);
        }

        private Drawn<RegisterState> one(Part part) {
            RegisterState less = state.copy();
            Pattern.ONE.fill(less, part, 0);
            return new Taken(less);
        }

        private boolean isOne(Part part) {
            RegisterState ones = state.copy();
            Pattern.ONE.fill(ones, part, 0);
            return DATA.contains(part) && ones.get(part).equals(state.get(part));
        }
    }
}
