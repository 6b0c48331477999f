// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.peers;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Go's own compiler. */
record GoToolchain() implements Toolchain {
    @Override
    public Optional<Recipe> find(Surroundings surroundings) {
        return surroundings
                .program("go")
                .map(go -> new Recipe(
                        go,
                        List.of(List.of(go.toString(), "build", "-o", Recipe.PROGRAM, Recipe.SOURCE)),
                        List.of(Recipe.PROGRAM),
                        environment(surroundings)));
    }

    private static Map<String, String> environment(Surroundings surroundings) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "GO111MODULE", "off", // one file of the standard library's world: nothing to resolve, nothing to fetch
                "GOTOOLCHAIN", "local",
                "CGO_ENABLED", "0",
                "GOFLAGS", "",
                "GODEBUG", "",
                "GOGC", ""));
        if (surroundings.environment().getOrDefault("HOME", "").isEmpty()) { // where Go would put both by itself
            environment.put("GOCACHE", Recipe.FOLDER + "/go-build");
            environment.put("GOPATH", Recipe.FOLDER + "/go");
        }
        return environment;
    }

    @Override
    public String whenAbsent() {
        return "no go on PATH nor in /usr/local/go/bin or /usr/lib/go/bin: apt install golang-go";
    }
}
