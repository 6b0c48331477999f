// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.emission;

/**
 * A stretch of time in which one emitter wrote block after block.
 *
 * @param emitter which
 * @param blockNs nanoseconds a block
 * @param blockBytes bytes allocated a block
 */
record Iteration(Emitter emitter, double blockNs, double blockBytes) {
    /**
     * Reads the line that the run under JMH prints.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static Iteration parse(String line) {
        String[] fields = line.split("\t", -1);
        if (fields.length != 3) {
            throw new IllegalArgumentException(
                    "an iteration is a benchmark, nanoseconds and bytes between tabs, and this is \"" + line + "\"");
        }
        return new Iteration(
                Emitter.measuredBy(fields[0]), Double.parseDouble(fields[1]), Double.parseDouble(fields[2]));
    }
}
