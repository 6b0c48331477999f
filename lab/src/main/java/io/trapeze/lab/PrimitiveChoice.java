// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.trampolines.Primitive;
import java.util.Arrays;

/** The primitives that a command line can name, where it takes one. */
final class PrimitiveChoice extends Choice<Primitive> {
    PrimitiveChoice() {
        super("primitive", Arrays.stream(Primitive.values()), Primitive::symbol);
    }
}
