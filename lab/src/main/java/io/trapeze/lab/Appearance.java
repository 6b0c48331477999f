// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** What a result is written as: text for people unless an option says otherwise. */
final class Appearance {
    @Option(names = "--json", description = "Write JSON.")
    private boolean json;

    @Option(names = "--markdown", description = "Write Markdown.")
    private boolean markdown;

    /** Returns the one that was asked for. */
    String of(Supplier<String> asJson, Supplier<String> asMarkdown, Supplier<String> asText) {
        return (json ? asJson : markdown ? asMarkdown : asText).get();
    }
}
