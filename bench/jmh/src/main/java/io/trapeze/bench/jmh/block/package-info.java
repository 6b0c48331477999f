// SPDX-License-Identifier: Apache-2.0
/** One block of code, in the words of each emitter and in the styles that ours is called in. */
package io.trapeze.bench.jmh.block;
