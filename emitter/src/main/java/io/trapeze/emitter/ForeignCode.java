// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.decode.DecodedInstruction;
import io.trapeze.emitter.decode.Decoder;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Operand;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Machine code of any origin, read from its first byte to its last. */
final class ForeignCode {
    private static final Optional<Long> NOWHERE = Optional.empty();

    /** What stands at one place; where it is not decoded, the form is {@link Recorder#DATA}. */
    private record Place(int start, int end, int form, Optional<Long> target, boolean branch) {}

    private final byte[] code;
    private final long origin;
    private final Map<Integer, String> names = new HashMap<>();
    private final List<Place> places = new ArrayList<>();
    private final BitSet starts = new BitSet();

    private ForeignCode(byte[] code, long origin, Map<String, Integer> symbols) {
        this.code = code;
        this.origin = origin;
        symbols.forEach((name, offset) -> names.putIfAbsent(offset, name));
    }

    static Recording read(byte[] code, long origin, Map<String, Integer> symbols) {
        ForeignCode foreign = new ForeignCode(code, origin, symbols);
        foreign.read();
        return new Recording(foreign.places.stream().map(foreign::line).toList(), Map.of());
    }

    private void read() {
        int data = 0; // where what is not decoded begins
        int end;
        for (int at = 0; at < code.length; at = end) {
            Optional<DecodedInstruction> decoded = Decoder.decode(code, at);
            end = at + decoded.map(d -> d.fields().length()).orElse(1);
            if (decoded.isPresent() || names.containsKey(at)) {
                addData(data, at);
                data = at;
            }
            if (decoded.isPresent()) {
                add(new Place(at, end, decoded.get().form().id(), target(decoded.get(), end), branches(decoded.get())));
                data = end;
            }
        }
        addData(data, code.length);
        starts.set(code.length);
    }

    private void addData(int start, int end) {
        if (start < end) {
            add(new Place(start, end, Recorder.DATA, NOWHERE, false));
        }
    }

    private void add(Place place) {
        places.add(place);
        starts.set(place.start());
    }

    private static boolean branches(DecodedInstruction decoded) {
        return decoded.form().operands().stream().anyMatch(o -> o.kind().isBranch());
    }

    /** Where a branch or a rip-relative operand leads, from the first byte. */
    private static Optional<Long> target(DecodedInstruction decoded, int end) {
        for (Operand operand : decoded.operands()) {
            if (operand instanceof Mem mem && mem.address().base() == Address.RIP) {
                return Optional.of((long) end + mem.address().displacement());
            }
            if (operand instanceof Immediate distance && branches(decoded)) {
                return Optional.of(end + distance.value());
            }
        }
        return NOWHERE;
    }

    private Recording.Line line(Place place) {
        Optional<Instruction.Target> named = place.target().flatMap(to -> named(to, place.branch()));
        String note = place.target()
                .filter(to -> named.isEmpty())
                .map(to -> "0x" + Long.toHexString(origin + to))
                .orElse("");
        return new Recording.Line(place.start(), place.end(), place.form(), named, note, "");
    }

    private Optional<Instruction.Target> named(long to, boolean branch) {
        if (to >= 0 && to <= code.length && starts.get((int) to)) {
            String name = names.computeIfAbsent((int) to, t -> "at_" + Long.toHexString(origin + t));
            return Optional.of(new Instruction.Target(name, (int) to, false, 0));
        }
        return branch
                ? Optional.of(new Instruction.Target("0x" + Long.toHexString(origin + to), -1, true, 0))
                : Optional.empty();
    }
}
