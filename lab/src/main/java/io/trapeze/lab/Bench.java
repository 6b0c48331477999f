// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import java.util.function.Consumer;

/**
 * Something that {@code trapeze bench} can measure.
 *
 * @param <S> how to measure
 * @param <R> what comes of it
 */
@FunctionalInterface
interface Bench<S, R> {
    /**
     * Measures.
     *
     * @param progress is told what is measured now
     * @throws InterruptedException if this thread was interrupted
     */
    R run(S setting, Consumer<String> progress) throws InterruptedException;
}
