// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.trampolines.SaveSet;
import java.util.Arrays;

/** The save sets that a command line can name. */
final class SaveSetChoice extends Choice<SaveSet> {
    SaveSetChoice() {
        super("save set", Arrays.stream(SaveSet.values()), SaveSet::label);
    }
}
