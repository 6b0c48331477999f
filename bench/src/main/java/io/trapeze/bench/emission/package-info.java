// SPDX-License-Identifier: Apache-2.0
/** How fast the emitter writes code beside other emitters, and how fast a fresh Java VM gets there. */
package io.trapeze.bench.emission;
