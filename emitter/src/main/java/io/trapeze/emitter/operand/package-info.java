// SPDX-License-Identifier: Apache-2.0
/** What instructions work on: registers by class and width, addresses, sized memory, labels, immediates. All immutable. */
package io.trapeze.emitter.operand;
