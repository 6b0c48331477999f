// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.peers;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The commands that turn a peer's source into numbers, with places held for what is known only later.
 *
 * @param tool the compiler or launcher: another one, or a newer one, means another build
 * @param builds commands of which the first that succeeds has built the program; none when the source runs as it is
 * @param run the command that runs it
 * @param environment variables that both get besides those of this process; empty ones take a user's setting away
 */
record Recipe(Path tool, List<List<String>> builds, List<String> run, Map<String, String> environment) {
    static final String SOURCE = "{source}";
    static final String PROGRAM = "{program}";
    static final String FOLDER = "{folder}";

    Recipe {
        builds = builds.stream().map(List::copyOf).toList();
        run = List.copyOf(run);
        environment = Collections.unmodifiableMap(new TreeMap<>(environment)); // one order: it is part of a cache key
    }
}
