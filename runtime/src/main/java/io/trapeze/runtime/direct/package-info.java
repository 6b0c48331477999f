// SPDX-License-Identifier: Apache-2.0
/**
 * The primitives without a scheduler: a {@link io.trapeze.runtime.direct.SavedContext} is a Gobuf that Java fills in and reads
 * back, and a {@link io.trapeze.runtime.direct.ContextRunner} resumes one and gets control back. For tests of the primitives
 * and for measuring them alone.
 */
package io.trapeze.runtime.direct;
