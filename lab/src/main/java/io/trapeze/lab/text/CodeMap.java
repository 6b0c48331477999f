// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.text;

import io.trapeze.emitter.Instruction;
import io.trapeze.runtime.sched.Body;
import java.util.Optional;
import java.util.TreeMap;

/** Which instruction of a source lies where: told by the child process, so that a crash can be told from it. */
final class CodeMap {
    private static final String MARK = "@ ";
    private static final String OF_SOURCE = "line ";

    /**
     * An instruction.
     *
     * @param line its line in the source; 0 if it is none of the source
     */
    record Place(int line, String text) {}

    private final TreeMap<Long, Place> places = new TreeMap<>();

    /** Returns the lines that tell where a body's instructions are. */
    static String lines(Body body) {
        StringBuilder lines = new StringBuilder();
        for (Instruction i : body.blob().instructions()) {
            String line = i.rule().startsWith(OF_SOURCE) ? i.rule().substring(OF_SOURCE.length()) : "0";
            lines.append(MARK)
                    .append(Long.toHexString(body.address() + i.offset()))
                    .append(' ')
                    .append(line)
                    .append(' ')
                    .append(i.text())
                    .append('\n');
        }
        return lines.append(MARK)
                .append(Long.toHexString(body.address() + body.blob().size()))
                .append(" 0 \n")
                .toString();
    }

    /** Takes a line of the child's; returns whether it was one of these. */
    boolean take(String line) {
        if (!line.startsWith(MARK)) {
            return false;
        }
        String[] words = line.substring(MARK.length()).split(" ", 3);
        places.put(Long.parseUnsignedLong(words[0], 16), new Place(Integer.parseInt(words[1]), words[2]));
        return true;
    }

    /** Returns the instruction of the source at an address. */
    Optional<Place> at(long address) {
        return Optional.ofNullable(places.floorEntry(address))
                .map(entry -> entry.getValue())
                .filter(place -> place.line() > 0);
    }
}
