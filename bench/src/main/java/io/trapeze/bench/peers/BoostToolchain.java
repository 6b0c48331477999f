// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.peers;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A C++ compiler that finds Boost.Context. */
record BoostToolchain() implements Toolchain {

    @Override
    public Optional<Recipe> find(Surroundings surroundings) {
        return Stream.of("g++", "clang++", "c++")
                .flatMap(name -> surroundings.program(name).stream())
                .findFirst()
                .map(BoostToolchain::recipe);
    }

    private static Recipe recipe(Path compiler) {
        // Linked statically a jump takes no detour through the PLT, which is Boost at its best; not every distribution
        // ships the archive.
        return new Recipe(
                compiler,
                List.of(build(compiler, "-l:libboost_context.a"), build(compiler, "-lboost_context")),
                List.of(Recipe.PROGRAM),
                Map.of());
    }

    private static List<String> build(Path compiler, String library) {
        return List.of(compiler.toString(), "-O2", "-std=c++17", Recipe.SOURCE, "-o", Recipe.PROGRAM, library);
    }

    @Override
    public String whenAbsent() {
        return "no g++, clang++ or c++ on PATH: apt install g++ libboost-context-dev";
    }

    @Override
    public Optional<String> missingPart(String diagnostics) {
        boolean noHeader = diagnostics.contains("boost/context/detail/fcontext.hpp")
                && (diagnostics.contains("No such file") || diagnostics.contains("file not found"));
        boolean noLibrary = diagnostics.contains("boost_context")
                && (diagnostics.contains("cannot find -l") || diagnostics.contains("unable to find library"));
        return noHeader || noLibrary
                ? Optional.of("a C++ compiler is here, Boost.Context is not: apt install libboost-context-dev")
                : Optional.empty();
    }
}
