// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.runtime.host.Host;
import io.trapeze.trampolines.SaveSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;

/** The save sets that a command line can name: each by its label, or {@code auto}, the one that fits this processor. */
final class SaveSetChoice implements ITypeConverter<SaveSet>, Iterable<String> {
    private final Choice<String> labels = new Choice<>(
            "save set",
            Stream.concat(
                    Arrays.stream(SaveSet.values()).map(SaveSet::label), Stream.of(SaveSet.AUTO, SaveSet.AUTO_X87)),
            label -> label);

    /** Finds it. Only {@code auto} asks the processor: the rest is the same on every machine. */
    @Override
    public SaveSet convert(String name) {
        String label = labels.convert(name);
        return SaveSet.named(label)
                .or(() -> SaveSet.resolve(label, Host.detect().cpu().xcr0()))
                .orElseThrow();
    }

    @Override
    public Iterator<String> iterator() {
        return labels.iterator();
    }
}
