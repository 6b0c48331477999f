// SPDX-License-Identifier: Apache-2.0
/** How long a fresh Java VM takes until the primitives can run. */
package io.trapeze.bench.start;
