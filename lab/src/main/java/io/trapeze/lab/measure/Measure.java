// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.measure;

import java.util.List;

/** Something to be timed. Making one is cheap and touches nothing native; only {@link #take} does. */
public interface Measure {
    /** What it times, in a few words, for whoever waits. */
    String what();

    /**
     * Times it. Whatever it sets up for that is gone afterwards.
     *
     * @throws InterruptedException if this thread was interrupted
     */
    List<Timing> take(Sampler sampler) throws InterruptedException;
}
