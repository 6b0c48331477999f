// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.encoding.BranchRelaxation;
import io.trapeze.emitter.encoding.LittleEndian;
import io.trapeze.emitter.operand.Label;
import java.util.ArrayList;
import java.util.List;

/** Bytes in the code that hold how far one label is from another, to be filled in when the code is laid out. */
final class Distances {
    private record Distance(int at, int bytes, int gaps, Label from, Label to, long addend) {}

    private final List<Distance> distances = new ArrayList<>();

    /** Adds one; {@code at} is the fixed bytes before it. */
    void add(int at, int bytes, int gaps, Label from, Label to, long addend) {
        distances.add(new Distance(at, bytes, gaps, from, to, addend));
    }

    void requireBound(Labels labels) {
        for (Distance d : distances) {
            labels.requireBound(d.from());
            labels.requireBound(d.to());
        }
    }

    void write(byte[] bytes, Labels labels, BranchRelaxation layout) {
        for (Distance d : distances) {
            long value = d.addend() + labels.offset(d.to(), layout) - labels.offset(d.from(), layout);
            int at = layout.position(d.at(), d.gaps());
            if (d.bytes() == Long.BYTES) {
                LittleEndian.put8(bytes, at, value);
            } else {
                LittleEndian.put4(bytes, at, (int) value);
            }
        }
    }

    void clear() {
        distances.clear();
    }
}
