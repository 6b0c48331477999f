// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.file.AbiFile;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.TypeConversionException;

/** The ABI that a word on the command line stands for: a built-in one by its name, or one from a file. */
final class AbiChoice extends Choice<Abi> {
    /** What the word is called in a synopsis. */
    static final String LABEL = "NAME|FILE";

    AbiChoice() {
        super("ABI", Abi.builtIn().stream(), Abi::name);
    }

    /**
     * Finds it. No file is looked at for the name of a built-in one.
     *
     * @throws io.trapeze.trampolines.abi.file.AbiFileException if it is a file, and one that can't be used
     */
    @Override
    public Abi convert(String name) {
        return isFile(name) ? AbiFile.read(path(name)).abi() : super.convert(name);
    }

    /** Whether a word stands for a file. */
    static boolean isFile(String name) {
        return Abi.builtIn(name).isEmpty() && AbiFile.isNamed(name);
    }

    /** Returns the path of a file. */
    static Path path(String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new TypeConversionException("unknown ABI file '" + name + "': " + e.getReason());
        }
    }
}
